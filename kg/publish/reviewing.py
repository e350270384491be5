"""The page of `kg review --serve`: the queue of proposed links, for one person on this machine."""

import hmac
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

from flask import Flask, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from kg.link.mappings import Row
from kg.link.review import Review, Verdict
from kg.publish.serve import run

_HOST = "127.0.0.1"
_SHOWN = 50
"""Things in the list beside the question."""


def serve_review(review: Review, *, port: int, ready: Callable[[str], None]) -> None:
    """Serve the queue until a signal ends it; `ready` is told the address, which holds the token.

    Raises SettingsError when the port cannot be bound.
    """
    token = secrets.token_urlsafe(24)
    app = review_app(review, token)
    # One thread: two clicks must not decide at the same time.
    run(app, host=_HOST, port=port, threads=1, ready=lambda url: ready(f"{url}{token}/"))


def review_app(review: Review, token: str) -> Flask:
    """Return the page; who lacks the token, or comes by another name than this machine's, sees nothing."""
    app = Flask(__name__)

    @app.before_request
    def _only_ours() -> None:
        given = (request.view_args or {}).get("token", "")
        # A page elsewhere can make a browser ask any address under a name of its own, but not with our Host.
        host = request.host.partition(":")[0]
        if host not in (_HOST, "localhost") or not hmac.compare_digest(given.encode(), token.encode()):
            abort(404)

    app.after_request(_sealed)

    @app.get("/<token>/")
    def page(token: str) -> str:
        return _page(
            review, token, subject=request.args.get("about", ""), skipped=request.args.getlist("skip")
        )

    @app.post("/<token>/")
    def decide(token: str) -> Answer:
        if not hmac.compare_digest(request.form.get("token", "").encode(), token.encode()):
            abort(403)
        return _decided(review, token)

    return app


def _sealed(response: Response) -> Response:
    nonce = request.environ.get("review.nonce", "")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(review: Review, token: str, *, subject: str, skipped: list[str]) -> str:
    questions = review.questions()
    left = [q for q in questions if q.subject not in skipped]
    asked = next((q for q in questions if q.subject == subject), left[0] if left else None)
    nonce = secrets.token_urlsafe(16)
    request.environ["review.nonce"] = nonce
    return render_template(
        "review.html",
        question=asked,
        candidates=[_told(row) for row in asked.candidates] if asked else [],
        listed=questions[:_SHOWN],
        open=len(questions),
        skipped=skipped,
        token=token,
        nonce=nonce,
        note=request.args.get("note", ""),
    )


def _told(row: Row) -> dict[str, object]:
    features = [(name[1:], value) for name, value in row.told.items() if name.startswith("+")]
    return {"row": row, "told": row.told, "features": features, "href": row.target}


def _decided(review: Review, token: str) -> Answer:
    """Do what the form says; a question that is no longer open is left as it is."""
    skipped, action = request.form.getlist("skip"), request.form.get("action", "")
    subject, item = request.form.get("subject", ""), request.form.get("item", "")
    note, about = "", ""
    if action == "undo":
        about = review.undo()
        skipped = [each for each in skipped if each != about]
        note = "" if about else "There is nothing to take back."
    elif action == "skip":
        skipped = [*skipped, subject]
    elif action not in set(Verdict):
        abort(400)
    elif not _judged(review, subject, Verdict(action), item):
        note = "That was decided already."
    elif review.question(subject) is not None:
        about = subject
    return redirect(
        f"/{token}/?{urlencode({'about': about, 'note': note, 'skip': skipped}, doseq=True)}", code=303
    )


def _judged(review: Review, subject: str, verdict: Verdict, item: str) -> bool:
    question = review.question(subject)
    if question is None or item not in {row.object_id for row in question.candidates}:
        return False
    review.decide(question, verdict, item)
    return True
