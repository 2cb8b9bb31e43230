"""What remedies are called."""

from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr


def remedy_text(finding: Finding, remedy: Remedy) -> str:
    """On a button, or in a log."""
    version = version_text(finding.target.reference) if finding.target else ""
    match remedy:
        case Remedy.RUN_AGAIN if finding.problem in (
            Problem.GATEWAY_GONE,
            Problem.GATEWAY_SILENT,
        ):
            return tr("Put the gateway back")
        case Remedy.RUN_AGAIN:
            return tr("Run it again")
        case Remedy.REPLACE:
            return tr("Start it afresh")
        case Remedy.ROLL_BACK:
            return tr("Roll back to {version}", version=version)
        case Remedy.DEPLOY_CHANNEL:
            return tr("Deploy {version}", version=version)
        case Remedy.PULL_IMAGE:
            return tr("Pull the image")


def gone_text(finding: Finding) -> str:
    """That a finding is no more, in a sentence."""
    return tr("No longer so: {text}", text=finding.text)
