"""From an accepted credential to a final block, and through whatever happens on the way.

Life of a leaf::

    accepted   its credential is on disk: acknowledged, and from here on never lost           intake
    sealed     it has a place in a batch, and the batch's root is in a signed transaction
               that is on disk: batch, leaves and signed bytes are kept together              batcher, assemble
    sent       a node has the transaction                                                     deliver
    mined      a block has it                                                                 deliver
    anchored   that block is final, and block hash, event and stored record agree             deliver, follow
    bundled    its holder gets payload, disclosures and proof                                 services.bundles

An institution whose key has no account only signs, and another key sends and pays. Between accepted and sealed into a
transaction it then is::

    sealed     it has a place in a batch, and a request for a signature over its root is on disk     wanted, asking
    signed     that signature is on disk: by a key at hand, or handed in from elsewhere              asking, signed
    refused    the institution does not sign: the batch is taken apart, wrong leaves are withdrawn   refusing

What is promised:

- *Once.* A credential gets into one batch, a batch into one final block, whatever dies in between: the same signed
  bytes are sent again, never new ones for the same number.
- *Looked at before sent again.* A time-out is an unknown outcome, not a failure.
- *One sender at a time.* A lease with a growing token; what an older token wants to write is refused.
- *Nothing is believed of a single answer.* Events count when the history heads agree, batches when block, event and
  record agree.
- *Going back is one step.* History, anchors and outbox are rolled back in one transaction of the database.
"""

from chopmark.services.pipeline.bench import Bench, Delegate, Delegation, home_of
from chopmark.services.pipeline.changes import correct, request_changes, require_living
from chopmark.services.pipeline.follow import follow
from chopmark.services.pipeline.holder import holder_here, is_gone
from chopmark.services.pipeline.intake import Accepted, accept, take_in
from chopmark.services.pipeline.keyring import KeyRing
from chopmark.services.pipeline.plan import Plan, plan
from chopmark.services.pipeline.progress import Blocked, Progress
from chopmark.services.pipeline.refusing import refuse, require_unsaid
from chopmark.services.pipeline.worker import Worker

__all__ = [
    "Accepted",
    "Bench",
    "Blocked",
    "Delegate",
    "Delegation",
    "KeyRing",
    "Plan",
    "Progress",
    "Worker",
    "accept",
    "correct",
    "follow",
    "holder_here",
    "home_of",
    "is_gone",
    "plan",
    "refuse",
    "request_changes",
    "require_living",
    "require_unsaid",
    "take_in",
]
