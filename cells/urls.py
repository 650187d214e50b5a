"""Addresses of the first floor. Importing the builds adds this floor's kinds to the Log menu."""

from django.urls import path

from cells import many
from cells.views import afterwards, builds, channels, events, lists, parts, recipes, weighing

__all__ = ["builds", "many", "parts", "urlpatterns"]

urlpatterns = [
    path("recipes/", lists.recipes, name="recipes"),
    path("recipes/<int:pk>/", recipes.recipe_page, name="recipe"),
    path("recipes/<int:pk>/weighing/", weighing.weighing_sheet, name="weighing-sheet"),
    path("cathodes/", lists.cathodes, name="cathodes"),
    path("cells/", lists.cells, name="cells"),
    path("cells/<str:code>/left-out/", afterwards.left_out, name="cell-left-out"),
    path("cells/<str:code>/post-mortem/", afterwards.post_mortem, name="cell-post-mortem"),
    path("cells/<str:code>/events/", events.events, name="cell-events"),
    path("channels/", channels.channels, name="channels"),
    path("channels/<int:pk>/put-on/", channels.put_on, name="channel-put-on"),
    path("channels/<int:pk>/take-off/", channels.take_off, name="channel-take-off"),
]
