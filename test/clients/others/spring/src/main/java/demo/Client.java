package demo;

// recipe:begin
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.security.oauth2.client.web.client.RequestAttributeClientRegistrationIdResolver.clientRegistrationId;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

@Configuration
class ClientSecurity {

	@Bean
	@Order(2)
	SecurityFilterChain pagesSecurity(HttpSecurity http, ClientRegistrationRepository clients) {
		var logout = new OidcClientInitiatedLogoutSuccessHandler(clients);
		logout.setPostLogoutRedirectUri("{baseUrl}/");
		return http
				.authorizeHttpRequests(requests -> requests
						.requestMatchers("/").permitAll()
						.anyRequest().authenticated())
				.oauth2Login(withDefaults())
				.logout(it -> it.logoutSuccessHandler(logout))
				.build();
	}

	/** Sends the access token of whoever is signed in, and refreshes it. */
	@Bean
	RestClient api(RestClient.Builder builder, OAuth2AuthorizedClientManager manager, @Value("${ORDERS_URL}") String url) {
		return builder.baseUrl(url).requestInterceptor(new OAuth2ClientHttpRequestInterceptor(manager)).build();
	}

}

@RestController
class Pages {

	private final RestClient api;

	Pages(RestClient api) {
		this.api = api;
	}

	@GetMapping("/")
	String home(@AuthenticationPrincipal OidcUser user) {
		return user == null ? "Signed out" : "Signed in as " + user.getFullName() + " (" + user.getEmail() + ")";
	}

	@GetMapping("/api")
	String api() {
		return api.get().attributes(clientRegistrationId("identity")).retrieve().body(String.class);
	}

}
// recipe:end
