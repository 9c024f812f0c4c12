"""All decisions that stand, in memory and always up to date: what pages count and filter."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping

from extract.review.store import CONSENSUS, Step, Store


class Standing:
    """The trail folded together; each look reads only what was added since the last one.

    Several servers may write to the store: the trail's identifiers grow in the order of the commits.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last = 0
        # reviewer -> article -> key -> the decisions not taken back, the last one stands
        self._steps: dict[str, dict[str, dict[str, list[Step]]]] = defaultdict(lambda: defaultdict(dict))
        self.refresh()

    def refresh(self) -> None:
        """Read what was decided since the last time."""
        with self._lock:
            if self._store.last_step() <= self._last:
                return
            for step in self._store.steps(after=self._last):
                by_key = self._steps[step.reviewer][step.article_id]
                if step.undoes is None:
                    by_key.setdefault(step.key, []).append(step)
                else:
                    by_key[step.key] = [one for one in by_key.get(step.key, []) if one.id != step.undoes]
                self._last = step.id

    def of(self, reviewer: str, article_id: str) -> Mapping[str, Step]:
        """Return a reviewer's decisions on an article, by key."""
        with self._lock:
            by_key = self._steps.get(reviewer, {}).get(article_id, {})
            return {key: steps[-1] for key, steps in by_key.items() if steps}

    def differing(self, first: str, second: str, article_id: str) -> tuple[int, int]:
        """Return on how many rows two reviewers differ, and on how many of these there is no consensus yet.

        Counts what ``extract.review.agreement.differences`` lists, by the hashes of what each wants.
        """
        one, other = self.of(first, article_id), self.of(second, article_id)
        agreed = self.of(CONSENSUS, article_id)
        found = [key for key in one.keys() & other.keys() if _final(one[key]) != _final(other[key])]
        same = {step.final for step in one.values() if step.action == "add"} & {
            step.final for step in other.values() if step.action == "add"
        }
        found += [
            key
            for mine in (one, other)
            for key, step in mine.items()
            if step.action == "add" and step.final not in same
        ]
        return len(found), sum(key not in agreed for key in found)


def _final(step: Step) -> str:
    return "" if step.action == "reject" else step.final
