"""What nginx is told, as text (pure). Whatever comes from outside is either of letters that mean
nothing to it, or left out, or written as digits."""

import hashlib
import re
from ipaddress import IPv4Address

from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.model import (
    FEEDBACK_PATH,
    MISSING_HEADER,
    MISSING_TEXT,
    REQUEST_HEADER,
    VERSION_HEADER,
    WHOLE,
    Backend,
    GatewaySpec,
    Routing,
    Split,
    SplitKey,
)
from modeldesk.core.gateway.revision import revision_of
from modeldesk.core.words import tr

FOLDER = "/modeldesk"
"""Where the volume with the configuration is, in the container."""
WORKERS = 2
REVISION_PATH = "/_modeldesk/revision"
_MIRROR_PATH = "/_modeldesk/mirror"
_LOG = "access_log /dev/stdout {} buffer=4k flush=500ms;"
_NAME = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", re.ASCII)
"""As tags are. Others can be asked for by the backend's name alone."""
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_COOKIE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_HIGHEST_INNER_PORT = 65_000

_MAIN = """\
# Written by ModelDesk. What is changed by hand is lost with the next release.
daemon off;
user root;
pid {folder}/nginx.pid;
error_log stderr crit;
worker_processes {workers};
worker_rlimit_nofile 65536;
worker_shutdown_timeout 3600s;
events {{
    worker_connections 16384;
}}
http {{
    default_type application/json;
    server_tokens off;
    merge_slashes off;
    {keep_alive}
    large_client_header_buffers 8 32k;
    variables_hash_max_size 4096;
    map_hash_bucket_size 256;
    client_max_body_size 10g;
    client_body_buffer_size 1m;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    proxy_http_version 1.1;
    proxy_connect_timeout 2s;
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;
    proxy_next_upstream {next};
    proxy_buffering off;
    # A version tells its caller something, never the gateway.
    proxy_ignore_headers X-Accel-Redirect X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset;
    proxy_hide_header {version_header};
    proxy_hide_header {missing_header};
    proxy_hide_header {request_header};
    proxy_set_header Host $http_host;
    proxy_set_header Connection $modeldesk_connection;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header {request_header} $request_id;
    map $http_upgrade $modeldesk_connection {{ default upgrade; "" close; }}
    log_format modeldesk escape=json
        '{{"t":$msec,"v":"$modeldesk_backend","s":$status,{told},"f":$modeldesk_forced}}';
    log_format modeldesk_mirror escape=json
        '{{"t":$msec,"v":"{mirror}","s":$status,{told_of_copies},"f":0,"m":1}}';
    log_format modeldesk_feedback escape=json
        '{{"t":$msec,"s":$status,"id":"$request_id","body":"$request_body"}}';
{routing}
    server {{
        listen 127.0.0.1:{inner_port};
        access_log off;
        location / {{ return 202 '{{}}'; }}
    }}
{servers}
}}
"""
_TOLD = (
    '"us":"$upstream_status","ut":"$upstream_response_time","uh":"$upstream_header_time",'
    '"ul":"$upstream_response_length","cl":"$upstream_http_content_length",'
    '"q":"$request_method","ok":"$request_completion","id":"{request}","r":"{revision}"'
)
_SERVER = """\
    server {{
        listen {port} default_server backlog=4096;
        {log}
        add_header {version_header} $modeldesk_backend always;
        add_header {missing_header} $modeldesk_missing always;
        add_header {request_header} $request_id always;
        location / {{
            if ($modeldesk_backend = "") {{
                return 503 '{{"error":"No version of this model is in service."}}';
            }}
            proxy_pass http://${{modeldesk_backend}}_{port};
            {fallback}
            {mirror}
        }}
        location @stable {{
            add_header {version_header} "{stable}" always;
            add_header {missing_header} $modeldesk_missing always;
            add_header {request_header} $request_id always;
            proxy_pass http://{stable_group};
            recursive_error_pages on;
            error_page 502 504 @unanswered;
        }}
        location @unanswered {{
            add_header {missing_header} $modeldesk_missing always;
            add_header {request_header} $request_id always;
            return 502 '{{"error":"The version did not answer."}}';
        }}
{mirror_location}
        location = {revision_path} {{
            access_log off;
            add_header Cache-Control no-store always;
            return 200 "{revision} $msec";
        }}
        location = {feedback_path} {{
            {feedback_log}
            client_max_body_size 3k;
            client_body_buffer_size 4k;
            client_body_in_single_buffer on;
            add_header {version_header} "" always;
            if ($request_method != POST) {{
                return 405 '{{"error":"Post what was true."}}';
            }}
            proxy_pass http://127.0.0.1:{inner_port};
        }}
    }}"""
_MIRROR = """\
        location = {path} {{
            internal;
            if ($modeldesk_forced) {{
                return 204;
            }}
            proxy_pass http://127.0.0.1:{copy_port}$request_uri;
        }}"""
# A caller's connection is not free for the next request before the copies of the last are
# answered. So they are handed to a server that says at once that it has them.
_COPIES = """\
    server {{
        listen 127.0.0.1:{copy_port};
        access_log off;
        location / {{
            mirror {path};
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_pass http://127.0.0.1:{inner_port};
        }}
        location = {path} {{
            internal;
            log_subrequest on;
            {log}
            proxy_ignore_client_abort on;
            proxy_read_timeout 60s;
            proxy_set_header Host $http_host;
            proxy_set_header Connection $modeldesk_connection;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header X-Forwarded-For $http_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
            proxy_set_header X-Forwarded-Host $http_x_forwarded_host;
            proxy_set_header {request_header} {request};
            proxy_pass http://{group}$request_uri;
        }}
    }}"""
_COPIED_REQUEST = f"$http_{REQUEST_HEADER.lower().replace('-', '_')}"


def configuration(spec: GatewaySpec, routing: Routing, *, keeps_alive: bool) -> str:
    """For nginx. `keeps_alive` tells whether its version can reload without closing connections
    that a caller is about to use. Raises `InvalidInput` for what can't be routed so."""
    ports = sorted({port.container_port for port in spec.ports if port.protocol == "tcp"})
    if not ports or len(ports) != len({port.container_port for port in spec.ports}):
        raise InvalidInput(
            tr("A gateway passes on TCP ports alone."),
            tr("Publish at least one TCP port, and no UDP port."),
        )
    _check(routing)
    revision = revision_of(spec, routing)
    free = (port for port in range(_HIGHEST_INNER_PORT, 0, -1) if port not in ports)
    inner_port = next(free)
    copy_ports = dict(zip(ports, free, strict=False)) if routing.mirror else {}
    return _MAIN.format(
        folder=FOLDER,
        workers=WORKERS,
        keep_alive=_keep_alive(keeps_alive),
        version_header=VERSION_HEADER,
        missing_header=MISSING_HEADER,
        request_header=REQUEST_HEADER,
        told=_TOLD.format(revision=revision, request="$request_id"),
        told_of_copies=_TOLD.format(revision=revision, request=_COPIED_REQUEST),
        mirror=routing.mirror,
        next=_next(routing),
        routing=_routing(routing, ports),
        inner_port=inner_port,
        servers="\n".join(
            (
                *(
                    _server(routing, port, revision, inner_port, copy_ports.get(port))
                    for port in ports
                ),
                *(
                    _copies(routing, port, inner_port, copy_port)
                    for port, copy_port in copy_ports.items()
                ),
            )
        ),
    )


def _next(routing: Routing) -> str:
    """Where a version has several addresses, one that can't be reached is passed over; nothing
    that was sent is sent twice, unless it changes nothing."""
    return "error timeout" if any(one.others for one in routing.backends) else "off"


def _keep_alive(keeps_alive: bool) -> str:
    """Older ones close what is idle at once when they reload, which a caller may be using."""
    return "keepalive_min_timeout 5s;" if keeps_alive else "keepalive_timeout 0;"


def _check(routing: Routing) -> None:
    names = [one.name for one in routing.backends]
    wanted = {routing.stable, routing.mirror, routing.split.canary if routing.split else ""}
    sound = len(names) == len(set(names)) and wanted - {""} <= set(names)
    if not sound or not all(map(_NAME.fullmatch, names)):
        raise InvalidInput(tr("The versions behind the gateway do not fit together."))
    for address in (each for one in routing.backends for each in (one.address, *one.others)):
        try:
            IPv4Address(address)
        except ValueError as error:
            raise InvalidInput(tr("“{address}” is not an IP address.", address=address)) from error


def _routing(routing: Routing, ports: list[int]) -> str:
    stable = routing.stable
    canary = routing.split.canary if routing.split else ""
    lines = [
        *(_group(one, port) for one in routing.backends for port in ports),
        "map $http_x_modeldesk_version $modeldesk_asked {",
        '    default "";',
        # One backslash for nginx, to which words such as “default” mean something else without.
        *(f"    \\\\{asked} {name};" for asked, name in _asked(routing.backends).items()),
        "}",
        "map $http_x_modeldesk_version $modeldesk_unknown {",
        f'    default {MISSING_TEXT}; "" "";',
        "}",
        'map $modeldesk_asked $modeldesk_missing { default ""; "" $modeldesk_unknown; }',
        *_share(routing),
        "map $modeldesk_asked $modeldesk_backend {",
        "    default $modeldesk_asked;",
        '    "" $modeldesk_share;',
        "}",
        'map $modeldesk_asked $modeldesk_forced { default 1; "" 0; }',
        'map "$modeldesk_forced $modeldesk_backend" $modeldesk_fallback {',
        "    default @unanswered;",
        *([f'    "0 {canary}" @stable;'] if canary and stable and canary != stable else []),
        "}",
    ]
    return "\n".join(f"    {line}" for line in lines)


def _group(backend: Backend, port: int) -> str:
    servers = " ".join(f"server {one}:{port};" for one in (backend.address, *backend.others))
    # Newer ones keep connections to a version unless told so, although they ask it to close them:
    # one that does so without a word would have the next request fail.
    return f"upstream {backend.name}_{port} {{ {servers} keepalive_requests 1; }}"


def _asked(backends: tuple[Backend, ...]) -> dict[str, str]:
    """By what a backend can be asked for; case makes no difference to nginx. Names come before
    versions, and of two backends of one version the newer one is meant."""
    found = {one.version.lower(): one.name for one in backends if _VERSION.fullmatch(one.version)}
    return found | {one.name: one.name for one in backends}


def _share(routing: Routing) -> list[str]:
    split = routing.split
    if split is None or not 0 < split.share < WHOLE:
        everyone = split.canary if split and split.share >= WHOLE else routing.stable
        return [f'map "" $modeldesk_share {{ default "{everyone}"; }}']
    salt = hashlib.sha256(split.salt.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return [
        *_caller(split),
        f'split_clients "{salt}$modeldesk_caller" $modeldesk_share {{',
        # First, so that who is in it stays in it when it grows.
        f"    {split.share // 100}.{split.share % 100:02}% {split.canary};",
        f'    * "{routing.stable}";',
        "}",
    ]


def _caller(split: Split) -> list[str]:
    """Who does not tell who they are is told apart by their address."""
    match split.key:
        case SplitKey.ADDRESS:
            return ['map "" $modeldesk_caller { default $remote_addr; }']
        case SplitKey.HEADER if _HEADER.fullmatch(split.field):
            header = f"$http_{split.field.lower().replace('-', '_')}"
            return [f'map {header} $modeldesk_caller {{ default {header}; "" $remote_addr; }}']
        case SplitKey.COOKIE if _COOKIE.fullmatch(split.field):
            name = split.field.replace(".", "[.]")
            found = f'"~(?:^|;[ ]*){name}=(?<modeldesk_cookie>[^;]+)"'
            return [
                "map $http_cookie $modeldesk_caller {",
                "    default $remote_addr;",
                f"    {found} $modeldesk_cookie;",
                "}",
            ]
    raise InvalidInput(
        tr("Callers can't be told apart by “{field}”.", field=split.field[:64]),
        tr("Name a header or cookie of letters, digits and dashes."),
    )


def _server(
    routing: Routing, port: int, revision: str, inner_port: int, copy_port: int | None
) -> str:
    stable = routing.stable
    # Without a canary the caller gets the status that it was.
    to = "= $modeldesk_fallback" if routing.split else "@unanswered"
    copied = _MIRROR.format(path=_MIRROR_PATH, copy_port=copy_port) if copy_port else ""
    return _SERVER.format(
        port=port,
        log=_LOG.format("modeldesk"),
        version_header=VERSION_HEADER,
        missing_header=MISSING_HEADER,
        request_header=REQUEST_HEADER,
        fallback=f"error_page 502 504 {to};",
        mirror=f"mirror {_MIRROR_PATH};" if copy_port else "",
        stable=stable,
        stable_group=f"{stable}_{port}" if stable else f"127.0.0.1:{inner_port}",
        mirror_location=copied,
        revision_path=REVISION_PATH,
        revision=revision,
        feedback_path=FEEDBACK_PATH,
        feedback_log=_LOG.format("modeldesk_feedback"),
        inner_port=inner_port,
    )


def _copies(routing: Routing, port: int, inner_port: int, copy_port: int) -> str:
    """What has copies answered in its own time."""
    return _COPIES.format(
        path=_MIRROR_PATH,
        log=_LOG.format("modeldesk_mirror"),
        group=f"{routing.mirror}_{port}",
        inner_port=inner_port,
        copy_port=copy_port,
        request_header=REQUEST_HEADER,
        request=_COPIED_REQUEST,
    )
