package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.kgcoop.files.Json;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Sender;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * A request of a tab to the open session.
 *
 * @param arrived the nanoseconds of the clock before the request waited for others
 */
record TabRequest(Context context, OpenSession session, JsonNode body, long arrived) {
  private static final Pattern BROWSER = Pattern.compile("[A-Za-z0-9-]{1,64}");

  static JsonNode body(Context context) {
    try {
      JsonNode body = Json.LENIENT.readTree(context.bodyAsBytes());
      if (body != null && body.isObject()) {
        return body;
      }
    } catch (IOException e) {
      // the message below is enough
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

  private static String text(JsonNode body, String key) {
    JsonNode value = body.path(key);
    if (!value.isMissingNode() && !value.isTextual()) {
      throw new HttpErrorException(400, key + ": expected a text");
    }
    return value.asText("");
  }

  Labeling labeling() {
    return session.labeling();
  }

  /** Returns what identifies the tab. */
  String browser() {
    return browser(body);
  }

  /** Returns who sends the request, with its number if it has one. */
  Sender sender() {
    JsonNode number = body.path("request");
    if (!number.isMissingNode() && !(number.canConvertToLong() && number.longValue() > 0)) {
      throw new HttpErrorException(400, "request: expected a number from 1");
    }
    return new Sender(browser(), number.asLong(0));
  }

  /** Returns true if the action of this number is stored already. */
  boolean isRepeated() {
    Sender sender = sender();
    return sender.number() > 0 && labeling().lastNumber(sender.person()) >= sender.number();
  }

  /** Returns the names of new classes. */
  List<String> added() {
    List<String> names = new ArrayList<>();
    for (JsonNode name : body.path("add")) {
      if (!name.isTextual()) {
        throw new HttpErrorException(400, "add: expected names");
      }
      names.add(name.textValue());
    }
    return names;
  }

  /** Returns a text, empty if it is missing. */
  String text(String key) {
    return text(body, key);
  }

  int number(String key) {
    JsonNode value = body.path(key);
    if (!value.isInt()) {
      throw new HttpErrorException(400, key + ": expected a whole number");
    }
    return value.intValue();
  }
}
