package org.kgcoop.serve.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.regex.Pattern;
import org.kgcoop.serve.http.HttpErrorException;

/** The bodies of requests. */
final class Bodies {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern BROWSER = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private Bodies() {}

  static JsonNode body(Context request) {
    byte[] bytes = request.bodyAsBytes();
    try {
      JsonNode body = JSON.readTree(bytes);
      if (body != null && body.isObject()) {
        return body;
      }
    } catch (JsonProcessingException e) {
      throw new HttpErrorException(400, "the body is not JSON");
    } catch (IOException e) {
      throw new HttpErrorException(400, "the body cannot be read");
    }
    throw new HttpErrorException(400, "expected a JSON object");
  }

  static String browser(JsonNode body) {
    String id = text(body, "browser");
    if (!BROWSER.matcher(id).matches()) {
      throw new HttpErrorException(
          400, "browser: expected 1 to 64 letters, digits and hyphens that identify this tab");
    }
    return id;
  }

  static String text(JsonNode body, String key) {
    JsonNode value = body.path(key);
    if (!value.isMissingNode() && !value.isTextual()) {
      throw new HttpErrorException(400, key + ": expected a text");
    }
    return value.asText("");
  }

  static int number(JsonNode body, String key) {
    JsonNode value = body.path(key);
    if (!value.isInt()) {
      throw new HttpErrorException(400, key + ": expected a whole number");
    }
    return value.intValue();
  }
}
