import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.opensearch.OpenSearchSecurityException;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestHandler;
import org.opensearch.script.mustache.MustachePlugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * A node of OpenSearch. Arguments: its folder, the port of HTTP, the port of the transport. The environment variable
 * LOGINS has the values of the Authorization header that it accepts, separated by commas: OpenSearch's own security is
 * a plugin that is not in Maven Central.
 */
public class EmbeddedSearch extends Node {
  EmbeddedSearch(Settings settings) {
    super(
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "tests"),
        List.of(Netty4Plugin.class, MustachePlugin.class, LoginPlugin.class),
        false);
  }

  public static void main(String[] arguments) throws Exception {
    Settings settings =
        Settings.builder()
            .put("path.home", arguments[0])
            .put("http.port", arguments[1])
            .put("transport.port", arguments[2])
            .put("network.host", "127.0.0.1")
            .put("discovery.type", "single-node")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    new EmbeddedSearch(settings).start();
    Thread.currentThread().join();
  }

  /** Refuses requests without a login, in the way that OpenSearch reports every error. */
  public static class LoginPlugin extends Plugin implements ActionPlugin {
    private final Set<String> logins = Set.of(System.getenv("LOGINS").split(","));

    @Override
    public UnaryOperator<RestHandler> getRestHandlerWrapper(ThreadContext context) {
      return handler ->
          (request, channel, client) -> {
            if (logins.contains(String.valueOf(request.header("Authorization")))) {
              handler.handleRequest(request, channel, client);
              return;
            }
            OpenSearchSecurityException refusal =
                new OpenSearchSecurityException("missing or wrong credentials", RestStatus.UNAUTHORIZED);
            channel.sendResponse(new BytesRestResponse(channel, refusal));
          };
    }
  }
}
