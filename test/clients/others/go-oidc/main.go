package main

// recipe:begin
import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

var (
	appURL   = os.Getenv("APP_URL")
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	config   oauth2.Config
	sessions sync.Map // by cookie; in a real application: the session store
)

type session struct {
	state, nonce, codeVerifier string
	name, email, idToken       string
	client                     *http.Client // sends the access token, and refreshes it
}

func start(w http.ResponseWriter, r *http.Request) {
	s := &session{state: oauth2.GenerateVerifier(), nonce: oauth2.GenerateVerifier(), codeVerifier: oauth2.GenerateVerifier()}
	sessions.Store(s.state, s)
	http.SetCookie(w, &http.Cookie{Name: "session", Value: s.state, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	target := config.AuthCodeURL(s.state, oidc.Nonce(s.nonce), oauth2.S256ChallengeOption(s.codeVerifier))
	http.Redirect(w, r, target, http.StatusFound)
}

func (s *session) finish(ctx context.Context, query url.Values) error {
	if query.Get("state") != s.state {
		return fmt.Errorf("the answer belongs to another request")
	}
	token, err := config.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(s.codeVerifier))
	if err != nil {
		return err
	}
	s.idToken, _ = token.Extra("id_token").(string)
	idToken, err := verifier.Verify(ctx, s.idToken)
	if err != nil {
		return err
	}
	if idToken.Nonce != s.nonce {
		return fmt.Errorf("the ID token belongs to another request")
	}
	source := config.TokenSource(context.Background(), token)
	s.client = oauth2.NewClient(context.Background(), source)
	// The ID token says who it is; what there is to know about them is at userinfo.
	person, err := provider.UserInfo(ctx, source)
	if err != nil {
		return err
	}
	if person.Subject != idToken.Subject {
		return fmt.Errorf("userinfo is about somebody else")
	}
	claims := struct{ Name, Email string }{}
	err = person.Claims(&claims)
	s.name, s.email = claims.Name, claims.Email
	return err
}

// recipe:end

func current(r *http.Request) *session {
	cookie, err := r.Cookie("session")
	if err != nil {
		return &session{}
	}
	if found, ok := sessions.Load(cookie.Value); ok {
		return found.(*session)
	}
	return &session{}
}

func callback(w http.ResponseWriter, r *http.Request) {
	if err := current(r).finish(r.Context(), r.URL.Query()); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/", http.StatusFound)
}

func home(w http.ResponseWriter, r *http.Request) {
	if s := current(r); s.name != "" {
		fmt.Fprintf(w, "Signed in as %s (%s)", s.name, s.email)
		return
	}
	fmt.Fprint(w, "Signed out")
}

func callAPI(w http.ResponseWriter, r *http.Request) {
	answer, err := current(r).client.Get(os.Getenv("API_URL"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

func logout(w http.ResponseWriter, r *http.Request) {
	s := current(r)
	sessions.Delete(s.state)
	// recipe:begin logout
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
	}
	_ = provider.Claims(&metadata)
	query := url.Values{"id_token_hint": {s.idToken}, "post_logout_redirect_uri": {appURL + "/"}}
	http.Redirect(w, r, metadata.EndSession+"?"+query.Encode(), http.StatusFound)
	// recipe:end
}

// recipe:begin
func main() {
	var err error
	provider, err = oidc.NewProvider(context.Background(), os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	verifier = provider.Verifier(&oidc.Config{ClientID: os.Getenv("CLIENT_ID")})
	config = oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  appURL + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess, "read:resource"},
	}
	config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader // client_secret_basic; without it both ways are tried
	http.HandleFunc("/login", start)
	http.HandleFunc("/callback", callback)
	http.HandleFunc("/api", callAPI)
	http.HandleFunc("/logout", logout)
	http.HandleFunc("/", home)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

// recipe:end
