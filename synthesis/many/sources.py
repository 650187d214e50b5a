"""The samples that rows take from, by code or by name: fetched together, each once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from synthesis import access
from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.models import Role, Sample

_NAMED_AT_MOST = 4


class Sources:
    def __init__(self, actor: Actor, texts: Iterable[str]) -> None:
        self.actor = actor
        wanted = {text.strip() for text in texts if text.strip()}
        self._by_code: dict[str, Sample] = {}
        self._by_name: dict[str, list[Sample]] = {}
        self._may: dict[int, bool] = {}
        self._fetch(wanted)

    def find(self, text: str) -> Sample:
        """The sample that a cell names. Raises Refusal where there is none, or more than one."""
        code = text.strip().upper()
        if code in self._by_code:
            return self._allowed(self._by_code[code])
        named = self._by_name.get(text.strip().casefold(), [])
        if len(named) == 1:
            return self._allowed(named[0])
        if not named:
            raise Refusal(
                _("No sample %(code)s in your projects. Check the code or the name.")
                % {"code": text.strip()[:60]},
                code="no_sample",
            )
        raise Refusal(
            _("‘%(name)s’ is the name of %(codes)s. Write the code.")
            % {
                "name": text.strip()[:60],
                "codes": ", ".join(sample.code for sample in named[:_NAMED_AT_MOST]),
            },
            code="no_sample",
        )

    def _fetch(self, wanted: set[str]) -> None:
        if not wanted:
            return
        children = [model._meta.model_name or "" for model in Sample.__subclasses__()]
        records: Any = Sample.objects.select_related("project", "materiallot__material", *children)
        seen = access.visible(records, self.actor)
        self._by_code = {
            sample.code: sample for sample in seen.filter(code__in={text.upper() for text in wanted})
        }
        others = {text for text in wanted if text.upper() not in self._by_code}
        for sample in seen.filter(name__in=others, amount_left__gt=0).order_by("pk") if others else ():
            self._by_name.setdefault(sample.name.casefold(), []).append(sample)

    def _allowed(self, sample: Sample) -> Sample:
        if sample.project_id not in self._may:
            self._may[sample.project_id] = access.may(self.actor, sample.project, Role.EDITOR)
        if not self._may[sample.project_id]:
            raise Refusal(
                _("%(sample)s belongs to %(project)s, where you may look but not take.")
                % {"sample": sample, "project": sample.project},
                status=403,
            )
        return sample
