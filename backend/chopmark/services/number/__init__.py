"""Match by number: whoever holds a paper and no bundle types its number, its holder and what else it says.

The site compares with its own records, makes the bundle and asks the chain as for any other verification. It repeats
nothing that was not typed, and tells nobody whose credential a number is (decision 0040).
"""

from chopmark.services.number.as_json import as_json
from chopmark.services.number.limits import Limits
from chopmark.services.number.match import MatchedField, NumberDesk, NumberMatch, match_number
from chopmark.services.number.question import Question

__all__ = ["Limits", "MatchedField", "NumberDesk", "NumberMatch", "Question", "as_json", "match_number"]
