package demo;

// recipe:begin
import static org.springframework.security.config.Customizer.withDefaults;

import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@Configuration
class ResourceServerSecurity {

	@Bean
	@Order(1)
	SecurityFilterChain ordersSecurity(HttpSecurity http) {
		return http
				.securityMatcher("/orders/**")
				.authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority("SCOPE_read:resource"))
				.oauth2ResourceServer(server -> server.jwt(withDefaults()))
				.build();
	}

	/** Spring's own decoder takes `typ: JWT` only, which is what ID tokens say: access tokens are `at+jwt` (RFC 9068). */
	@Bean
	JwtDecoder accessTokens(@Value("${ISSUER}") String issuer, @Value("${AUDIENCE}") String audience) {
		NimbusJwtDecoder decoder = NimbusJwtDecoder.withIssuerLocation(issuer).validateType(false).build();
		decoder.setJwtValidator(JwtValidators.createDefaultWithValidators(
				new JwtTypeValidator("at+jwt"),
				new JwtIssuerValidator(issuer),
				new JwtAudienceValidator(audience)));
		return decoder;
	}

}

@RestController
class Orders {

	@GetMapping("/orders")
	Map<String, Object> orders(@AuthenticationPrincipal Jwt token) {
		return Map.of("sub", token.getSubject(), "client", token.getClaimAsString("client_id"));
	}

}
// recipe:end
