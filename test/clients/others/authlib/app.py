# recipe:begin
import os
from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session

ISSUER, APP_URL, API_URL = (os.environ[name] for name in ("ISSUER", "APP_URL", "API_URL"))

app = Flask(__name__)
app.secret_key = os.environ["SESSION_SECRET"]
app.config.update(SESSION_COOKIE_SAMESITE="Lax")


def keep(token, refresh_token=None, access_token=None):
    session["token"] = {name: token[name] for name in ("access_token", "refresh_token", "expires_at", "token_type")}


oauth = OAuth(app)
identity = oauth.register(
    "identity",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile email offline_access read:resource",
        "code_challenge_method": "S256",
    },
    fetch_token=lambda: session.get("token"),
    update_token=keep,  # each refresh token is good for one use: keep the new one
)


@app.get("/login")
def login():
    return identity.authorize_redirect(f"{APP_URL}/callback")


@app.get("/callback")
def callback():
    token = identity.authorize_access_token()
    session.clear()
    keep(token)
    # The ID token says who it is; what there is to know about them is at userinfo. A token that has to be renewed for that is kept, too.
    person = identity.userinfo()
    if person["sub"] != token["userinfo"]["sub"]:
        session.clear()
        raise ValueError("userinfo is about somebody else")
    session["id_token"] = token["id_token"]
    session["person"] = {"name": person["name"], "email": person["email"]}
    return redirect("/")


@app.get("/")
def home():
    person = session.get("person")
    return f"Signed in as {person['name']} ({person['email']})" if person else "Signed out"


@app.get("/api")
def api():
    return identity.get(API_URL).json()


@app.get("/logout")
def logout():
    query = {"id_token_hint": session.get("id_token"), "post_logout_redirect_uri": f"{APP_URL}/"}
    session.clear()
    return redirect(f"{identity.load_server_metadata()['end_session_endpoint']}?{urlencode(query)}")
# recipe:end


app.run(host="127.0.0.1", port=int(os.environ["PORT"]))
