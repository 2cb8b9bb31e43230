"""HDF5 files as h5py 3 wrote them, packed: no test needs the library."""

import base64
import zlib


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b85decode("".join(text.split())))


KERAS = _unpacked(
    r"""
c-rk*zfU4T6rNd-+i?C^)F_akLo|fzu%kQ^xlnmVE$oEE&1s@S7Bt*7T4HDEpI~_<r6nchm6lgtd7bAnZx&`2WR#NxeXn_$-
N(%G_`dJG$6n<(zD$MVVd9!;k|422w>^LrKFMowzW|<suY<oe#C6)f7lrE)*k6s?-OlCQ=m*8bIqU=X^3$Qc7t80?w_Lv`@B
qGP$Z^NT@3vDRq*SgRogDqJ9R;7+XP!&R1ph1*>ooTUzYu`9Ab9^e+Wu&SEyFcN7EQ8v0rw|}*}iWWd_xnM5}+B_BBMM}ZLE
H`zWj%8cN@~<fBGZxANk+mzra&7B*z`trxn}vPN`fvt9rcu{K9j0HotCAVm$H^>RnK&cM6ULKDUx`Tn*MYEAR97>!$<Pkl3G
LJsrr*aBm_dPzSpB)(XpU=S8;*=<qK;<hiO29GWt}RUC`w`a37bv3by=1=N9V9k`j~>&CR64%95{2T%w6{lKqjIZkxXYswrj
Tt7fP9Vk!A`>Hrb)6-KHcsgG2{4RpIdwM?QOrVrXbLjB%Xlu5&;?~DHKjQBL!^@A=4z;|Tu>pDcGuOK#y&lUttoA1Z>u?PFa
je7sI$Tit+lp-;?0>UQZKqf*Im6fCe)zo?=f?E#dznD|B7XhzB#Vt=p6v9IjRm=nRB?><JRSHQ2VN)ibfCF}I)FOh*MW4R_d
NMpI&c@4_g8U@rkBV2S<K1*nU_ZOzLO<ohItdlo2W<X`=3GesFlKcg!RZ@j~Xkl+n4skZ+4Zh_fmTJjiwR5h+jW`YpK!pQ`V
}yzlvit%{(&9$xG}X28t35
    """
)
"""Two weights of a layer, a seed and an optimizer's state, in the first form of the format."""
KERAS_NEWER = _unpacked(
    r"""
c-rgqaB<`1lHy|K;9!7(|4{Im6T&xuitiShu)yELC5VZkf=LKjAq;RaF)%VPun95%DYl%%%G9Fb_lyv|Y$6~*&isOs%-qbX)
S|O6>$Dk20UMA0Jq>mOBLgF&3IhWZ6C)!tRE`BoWAH^77zGvNp?n1faSjIYdLWAx=vrnj4xmq%8TT`ydX-@T!=MM!#YcEa)d
LPYg{;Xu*~l1wbP9lCjx{AUuQ;`d2^yP1ATjooqWpsV(vlmjP}B8Db<TxLExX8Z5<kd#ma@d6Vo_LZyHY7s-_G8eLXMMoKu%
&b*bFrW$~RmAbDstIPMUIaW+yz+1M?9u%`>u)k;u0|6$`)&-oP;A!2NRLU04$}QrJKfDFcjV=3!tIfQOX=N|;=Lrd@dHw}WB
Gg0r^F7L;UkNl=pID^5*KiBC_>OD#$)$uG)ggBoZ}k<$(-L@%N&qyJ;0az@`GIV*~SjD7@`^E{{*f$IF{J7`h6&E*(+wcFOh
ntk-B-4H1(fs@K9EbYkkixi}=iR{!*VN?G^m;(UZJu7<
    """
)
"""The same in its newest form."""
PLAIN = _unpacked(
    r"""
c-rk*F;Ck-6n<wDay6kg5)v&#<1t$q7}x+c1_o5BQlySeOArzyu96_w+Od@?b!F(tzz;y`SVp$~g#Lu~AGki>JKJ}}Awrd!D
DTVgba&6^+`I4IJHPjNtG+SoEIJ^-IZS~Ec|?e>zTQ^jZ%{InpHN;}s^3n=9$~+S^FQ_V=U=@H0-+rlQ17WvNm&EJBw{OAe<
9>+)kb+^>3WBa;{zevC#|>54nQmHG)24HXh|6!^b-D|VmoXn{qGy^j+*-!kG+)FC9rY?XUITi$qx1U5=yge$IKU+bH0mX9yl
d%+*FSz<CY~S<aknSwuFqIH!N{Ba(lD;e5cN!9RGI--yW>5e8Km!?mK>AJ9;4H3ii8C2G6JV>Pu;`-Wtkkb+Dd4<T`4Gk5qf
VbWb}9t}%^kT(eKcrBxhRgXI}mj_kX*^le&daN~{VV{r2StlqYZTo+>u?E;3Z$(UowM?9_`<*>27y&EL)W-n02Ew<ZLS)X}i
&LB&E*-@IqLtq}EyTa<JqaPu{WQSGd`l^nu*J^Z+622UU$0A<#nrFSdYg)Ni$gop~bTK_#$oO3uE)@KjnT-9r?Hc=EPl}`+T
THn~o(q!2F7anYXNtndF|}9!5c@a|EgtfT<w9p>7clG+&Gz@Cqa9+!jmdqOUBfn??QFB$GMI6lJq<hi-5h^dK|s8A$+r>+1O
kCTAP@)y0)a59D9Vpm_{pD@AgUniQ$8$kSoo0U35xPYX69Mpe9Y{j=hqa>0zp=a_}BLOzoiFNXE4kB70eq7d(FqIXotO|tXh
;uW2t?!{F9jKFF%8l<p
    """
)
"""Numbers of several kinds, a text, nothing, and two links to one dataset."""
PLAIN_NEWER = _unpacked(
    r"""
c-rk*&ui2`6n>MLWMdlLD68pK!L5~^DitZcl~w!01q%!74=VKF>Sif!cVjmxEqEwBs>dF@iPTGx9z;9|V(;R~lSlso^&p5IY
9=$2&4yhpo_5Q8u$#=A_a>PyFK@^<j|($%M~xu^>pBSRb37Vi?Tg&*FT7qY7G_F{`Bpg>T5u{6l7yiEqWzXd|EFx`eN|j3>;
o+uo)g5aT4S|-&uOL=)?~3y2Rp~wEEaPs@yd1QoA7DPDZsJY?|+52j{u?b0E&VTzXYiKm~7(=pyRnTw_9MSV5Dh(FfVNACjt
-jhu?RG$DC4uuz+XKtGHWP!JX_8KZJ3?=AY+8UWSPQnAped^FNIfWbZ-WW6}BWj-7qaN1Ox?I7k^Jh>MQHfEE;%kd`hIQ-`@
L^EYPUX6e>!V2cwrPTB{6mwmy><k;t`NRixwEwdK??SvHp;{(+L`qCmI#wGQ#R~zAx+F-mAsB25^vh$O>vM}+A65m<(hc(_B
J?Jd#C&pH{D$wnSO+fU?ink#CFcH6loVdVFA7%Mh3;)ZfQ$@%k1XfrNTiG6RqA*S_@MXa|L=|D><DC*+6{b?H<>%UTaUR7ci
V~~Gn%k^+u{;v}>xr@V(jXxrAt50lAt50lAt50l(W59%7p^mP`b(BswxR7)pR3bmBz6(ct@<jAFO`?8zc+WEC)5>%>8)ph`R
Bma!QOy&y;W#wE%~7Tne_6TW0XxH=SL!6-EBITV)`HL6!HpbxD986?<xEk*&RsgdSdjX$Q3EK|HJl+-e>cTn%a)DDeQ!%o!A
@^yDmaO)gG4b*PO~HzRz;<Oh^kxUA0_ul5wd*hPpOf-+@lbpu*3Eaz@+vBd^TANOH&=
    """
)
"""The same in its newest form, with links in the order they were made."""
MANY_LINKS = _unpacked(
    r"""
c-rgqaB<`1lHy|K;9!7(|4?v?AHp|)is#5`UhwyD31VWX;9_E6WME(t0tsK>f=DNEL)Aqv&<yN8F-;uo1V#o%MiHP37=ZvP2
cwxq7#IZ=<QZ7NJOu`E4hHdhAd3~~W@au9pqrT)_d^x4zzp8NFyz4IbkQ~tO^xt4&ouPIBVjwcBDKQfKJ(BIk6nk#)>11x-m
?t-@c5F?GM`%E@t<|*hexpc={jnK2S5AJ5059yqBB9XTX3)|LkF}nV=QB2=mIfbewS;;s*M`K=f^ShgYUqM!*j^cMvdU><sA
CK*JNP6d4PiN4A;;PzE=T@R)RBckVgOms4!w;5MaP)(Uw7j1(v%Rn9yh_;3U#k79^dF&=6*1xWx+-<6HVk$SK6bg@F~M4rFP
H#w~7`9WYy-AM7!53kIrUfVmGn77_LZFjN5TfXN6$i(M%ORN8?dQ^hI7$BlutAnmdcgC|gkmm$+*fgFPkn8{-(6U?9lW-|3I
&1VP$GoKx>n!}I`W?pzdX(59sm>JAF;|zm7n7QJp#B+uMFtabd;Uz;Yn5ljB!x4s2FxY^bhl>-uZw3N~Z=BU&WMC>c*bGlyO
y!1$84(<#%S;H4@ndEL$K*2$f@8|ehTxbvu_HL<jT{J$#R1OISQt0}0Jaj1x&
    """
)
"""So many datasets that their links are in a heap of their own."""
