"""`manage.py token NAME (--instrument or --user USERNAME)`: makes a token and prints its secret once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from synthesis import access
from synthesis.models import Instrument


class Command(BaseCommand):
    """The secret stands alone on the last line and is stored nowhere."""

    help = _("Makes a bearer token for an instrument or a person; prints it once.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help=_("what the token is called"))
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument(
            "--instrument", nargs="?", const="", metavar="INSTRUMENT",
            help=_("for an instrument, made where it is not known yet; called NAME unless another name follows"),
        )  # fmt: skip
        whose.add_argument(
            "--user", metavar="USERNAME", help=_("for a person, who may do with it what they may do")
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        name: str = options["name"]
        if options["user"] is not None:
            user = _person(options["user"])
            secret, whose = access.new_token(name, user=user), user.get_username()
        else:
            instrument, _new = Instrument.objects.get_or_create(name=options["instrument"] or name)
            secret, whose = access.new_token(name, instrument=instrument), instrument.name
        days = access.INSTRUMENT_TOKEN_LIFE.days
        said = _("Token ‘%(name)s’ of %(whose)s, for %(days)s days. It is shown this once:")
        self.stdout.write(said % {"name": name, "whose": whose, "days": days})
        self.stdout.write(secret)


def _person(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise CommandError(_("There is no person with the login ‘%(name)s’.") % {"name": username})
    return found
