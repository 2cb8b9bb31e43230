from modeldesk.core.changes import Changes
from modeldesk.core.ids import ContainerId, DiffId, ImageId


def test_changes_add_up() -> None:
    one = Changes(images=frozenset({ImageId("sha256:1")}), layers=frozenset({DiffId("sha256:l")}))
    two = Changes(containers=frozenset({ContainerId("c")}), every_image=True)
    both = one | two
    assert both.images == {"sha256:1"}
    assert both.layers == {"sha256:l"}
    assert both.touches_images
    assert both.touches_containers
    assert both.every_image
    assert not both.every_container


def test_nothing_changed_is_false() -> None:
    assert not Changes()
    assert Changes(builds=True)
    assert Changes(layers=frozenset({DiffId("sha256:l")}))
    assert Changes.everything()
