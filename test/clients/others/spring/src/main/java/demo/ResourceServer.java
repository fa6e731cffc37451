package demo;

// recipe:begin
import static org.springframework.security.config.Customizer.withDefaults;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
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
				.authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority("SCOPE_read:orders"))
				.oauth2ResourceServer(server -> server.jwt(withDefaults()))
				.build();
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
