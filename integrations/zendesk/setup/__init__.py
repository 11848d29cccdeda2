"""Makes in Zendesk what the courier needs, repairs it, and takes it away again.

Webhook, triggers (or event subscriptions), ticket fields on the forms, a macro and a
view. One walk over the account plans, the same walk again does it, so that it can be
run again without harm and goes on where it was interrupted.
"""

from integrations.zendesk.setup.failures import in_plain_words
from integrations.zendesk.setup.removing import removal
from integrations.zendesk.setup.steps import Action, Step
from integrations.zendesk.setup.walk import Options, SetUp

__all__ = ["Action", "Options", "SetUp", "Step", "in_plain_words", "removal"]
