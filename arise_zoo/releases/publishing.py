"""`publish`: one verified folder becomes one tagged commit on the Hub, read back before the tag appears."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..hub.client import HubError, Remote, differing
from .release import Release, dataset_release, index_release, model_release


@dataclass(frozen=True)
class Published:
    """What `publish` did, or would do: `line` loads the release; `uploaded` and `deleted` files; the `commit` tagged
    (None for a trial run); `pull_request`, its address."""

    repository: str
    type: str
    tag: str
    line: str
    uploaded: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    commit: str | None = None
    pull_request: str | None = None


def publish(
    name: str,
    repository: str,
    tag: str,
    *,
    folder: str | Path | None = None,
    records: str | Path | None = None,
    private: bool = False,
    dry_run: bool = False,
    pull_request: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> Published:
    """Publish a data set ("prototypes", "defects", "dynamics"), a model (a name, or the folder of a checkpoint) or the
    folder of an index of structures.

    Everything is verified first. The tag is set when all files have been read back and agree; until then nobody who
    asks for the tag sees anything. Files that are on the Hub already are not sent again.

    Parameters
    ----------
    name : str
        What to publish.
    repository : str
        OWNER/NAME.
    tag : str
        Tag of the release, such as v1.0.0.
    folder : str or Path, optional
        Folder of the build, as for `arise_zoo.load_dataset`.
    records : str or Path, optional
        Folder of the benchmark records that go into a model's card.
    private : bool, default False
        Create the repository as a private one.
    dry_run : bool, default False
        Change nothing; needs no token.
    pull_request : bool, default False
        Propose the files instead of committing and tagging them.
    say : callable
        Called with each step, in words.

    Raises
    ------
    HubError
        With one sentence.
    """
    from ..datasets.catalogue import DATASETS
    from ..index.folder import holds_index

    with tempfile.TemporaryDirectory() as work:
        say(f"verifying {name}")
        if name in DATASETS:
            release = dataset_release(name, folder)
        elif holds_index(Path(name)):
            release = index_release(Path(name))
        else:
            release = model_release(name, records, Path(work))
        release.check_tag(tag, repository)
        remote = Remote(repository, release.type)
        who = remote.user(optional=dry_run)
        say(f"publishing as {who}" if who else "there is no token for the Hub: trying as one who may only read")
        return _publish(release, remote, tag, private=private, dry_run=dry_run, pull_request=pull_request, say=say)


def _publish(
    release: Release,
    remote: Remote,
    tag: str,
    *,
    private: bool,
    dry_run: bool,
    pull_request: bool,
    say: Callable[[str], None],
) -> Published:
    done = Published(remote.repository, release.type, tag, release.line(remote.repository, tag))
    exists = remote.exists()
    if exists and (commit := remote.tags().get(tag)) is not None:
        if wrong := _differences(release, remote, commit):
            raise HubError(
                f"{remote.repository} already has a tag {tag} with other content ({wrong[0]}); releases do not change: "
                "give this one another tag."
            )
        say(f"{tag} is there already, and the same")
        return replace(done, commit=commit)
    if not exists and dry_run:
        return replace(done, uploaded=release.files)
    if not exists:
        say(f"creating {remote.repository}")
        remote.create(private)
    head = remote.head()
    there = remote.files(head)
    add = differing(release.folder, release.files, there)
    delete = sorted(there.keys() - set(release.files))
    if dry_run:
        return replace(done, uploaded=add, deleted=delete)
    if add or delete:
        say(f"uploading {len(add)} of {len(release.files)} files")
        info = remote.commit(release.folder, add, delete, f"{release.name} {tag}", head, pull_request)
        if pull_request:
            return replace(done, uploaded=add, deleted=delete, pull_request=info.pr_url)
        head = info.oid
    elif pull_request:
        raise HubError(f"{remote.repository} holds all of this already; there is nothing to propose.")
    say("reading back")
    if wrong := _differences(release, remote, head):
        raise HubError(f"{wrong[0]} on the Hub is not what was uploaded; no tag was set: give the command again.")
    remote.tag(tag, head)
    if remote.tags().get(tag) != head:
        raise HubError(f"the Hub did not keep the tag {tag} of {remote.repository}; give the command again.")
    return replace(done, uploaded=add, deleted=delete, commit=head)


def _differences(release: Release, remote: Remote, revision: str) -> list[str]:
    there = remote.files(revision)
    return differing(release.folder, release.files, there) + sorted(there.keys() - set(release.files))
