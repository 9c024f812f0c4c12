"""All decisions that stand, in memory and always up to date: what pages count and filter."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping

from extract.review.store import Step, Store


class Standing:
    """The trail folded together; each look reads only what was added since the last one.

    Several servers may write to the store: the trail's identifiers grow in the order of the commits.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last = 0
        self._last_of: dict[str, int] = {}
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
                self._last = self._last_of[step.article_id] = step.id

    def of(self, reviewer: str, article_id: str) -> Mapping[str, Step]:
        """Return a reviewer's decisions on an article, by key."""
        with self._lock:
            by_key = self._steps.get(reviewer, {}).get(article_id, {})
            return {key: steps[-1] for key, steps in by_key.items() if steps}

    def articles(self, reviewer: str) -> list[str]:
        """Return the articles on which a reviewer has ever decided."""
        with self._lock:
            return list(self._steps.get(reviewer, {}))

    def last(self, article_id: str) -> int:
        """Return the identifier of the last entry of the trail that is about an article; 0 for none."""
        with self._lock:
            return self._last_of.get(article_id, 0)

    def agree(self, first: str, second: str, article_id: str) -> bool:
        """Tell whether two reviewers have decided all alike; told by hashes, without reading what they have decided.

        Where they have not, it takes ``extract.review.settle`` to say on what they differ.
        """
        one, other = self.of(first, article_id), self.of(second, article_id)
        # additions have keys of their own: whether two are the same fact depends on their places
        return one.keys() == other.keys() and all(_final(one[key]) == _final(other[key]) for key in one)


def _final(step: Step) -> str:
    return "" if step.action == "reject" else step.final
