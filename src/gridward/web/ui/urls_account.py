"""Addresses of signing in, posts and one's own account."""

from django.urls import path

from gridward.web.ui import views_absence as absence
from gridward.web.ui import views_account as views
from gridward.web.ui import views_factor as factor

app_name = "account"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("demo/", views.demo_sign_in, name="demo"),
    path("post/", views.switch_post, name="post"),
    path("invitation/", views.invitation, name="invitation"),
    path("password/", views.password, name="password"),
    path("tasks/", absence.hand_all, name="hand-all"),
    path("absence/<uuid:post_id>/", absence.absence, name="absence"),
    path("absence/<uuid:stand_in_id>/end/", absence.absence_end, name="absence-end"),
    path("second-step/", factor.second_step, name="second-step"),
    path("factor/", factor.factor, name="factor"),
    path("factor/picture.svg", factor.factor_picture, name="factor-picture"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:token_id>/withdraw/", views.withdraw_token, name="withdraw-token"),
]
