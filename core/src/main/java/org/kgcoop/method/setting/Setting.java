package org.kgcoop.method.setting;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Function;
import org.kgcoop.KgCoopException;

/**
 * A setting of a method, declared once: the parser, JSON, messages, help, sweeps and the
 * translation of published files go by it.
 *
 * @param key its name in files and options
 * @param range of the values
 * @param usual the value where nobody states one
 * @param meaning one sentence for help
 * @param published its keys in files of the published code
 * @param brief true if JSON has it only where it is not as usual
 */
public record Setting<T>(
    String key,
    Kind<T> kind,
    Range<T> range,
    Usual<T> usual,
    String meaning,
    List<String> published,
    boolean brief) {

  /**
   * The value where none is stated.
   *
   * @param says it, for help
   * @param of the other settings as they are stated
   */
  public record Usual<T>(String says, Function<Values, T> of) {}

  /** A setting and where a method, or a part of one, has its value. */
  public record Stated<M>(Setting<?> setting, Function<M, JsonNode> json) {
    <N> Stated<N> of(Function<N, M> part) {
      return new Stated<>(setting, json.compose(part));
    }
  }

  /**
   * The settings of a method that somebody states, read with their types and ranges checked.
   *
   * @param title of the method, for messages
   */
  public record Values(String title, JsonNode json) {

    /**
     * The value of a setting, the usual one where none is stated.
     *
     * @throws KgCoopException where it is not of the type, or out of the range
     */
    public <T> T get(Setting<T> setting) {
      JsonNode stated = json.path(setting.key());
      if (stated.isMissingNode() || stated.isNull()) {
        return setting.usual().of().apply(this);
      }
      T value =
          setting
              .kind()
              .read()
              .apply(stated)
              .orElseThrow(
                  () ->
                      KgCoopException.configuration(
                          "setting %s: expected %s, got %s"
                              .formatted(setting.key(), setting.kind().expected(), stated)));
      if (!setting.range().allows().test(value)) {
        throw KgCoopException.configuration(
            "%s's %s: expected %s, got %s"
                .formatted(title, setting.key(), setting.range().says(), value));
      }
      return value;
    }

    /** True if somebody states a setting of that key. */
    public boolean state(Setting<?> setting) {
      return json.has(setting.key());
    }
  }

  /** A setting with a value that is usual always. */
  public static <T> Setting<T> of(
      String key, Kind<T> kind, T usual, Range<T> range, String meaning) {
    String says = kind.write().apply(usual).toString().replaceAll("[\\[\\]\"]", "");
    return new Setting<>(
        key,
        kind,
        range,
        new Usual<>(says.replace(",", kind.form().isList() ? "|" : ","), values -> usual),
        meaning,
        List.of(),
        false);
  }

  public static Setting<Double> number(
      String key, double usual, Range<Double> range, String meaning) {
    return of(key, Kind.NUMBER, usual, range, meaning);
  }

  public static Setting<Integer> whole(
      String key, int usual, Range<Integer> range, String meaning) {
    return of(key, Kind.WHOLE, usual, range, meaning);
  }

  public static Setting<Boolean> flag(String key, boolean usual, String meaning) {
    return of(key, Kind.FLAG, usual, Range.any(), meaning);
  }

  public static Setting<String> text(String key, String usual, String meaning) {
    return of(key, Kind.TEXT, usual, Range.any(), meaning);
  }

  /** A list of texts, of which help says what they are where none are stated. */
  public static Setting<List<String>> texts(
      String key, List<String> usual, String says, String meaning) {
    return of(key, Kind.TEXTS, usual, Range.any(), meaning).usually(says, values -> usual);
  }

  /** The setting with the place of its value in a method, or in a part of one. */
  public <M> Stated<M> from(Function<M, T> value) {
    return new Stated<>(this, m -> kind.write().apply(value.apply(m)));
  }

  /** The same with another usual value. */
  public Setting<T> usually(T other) {
    return of(key, kind, other, range, meaning).publishedAs(published.toArray(String[]::new));
  }

  /** The same with a usual value that depends on others. */
  public Setting<T> usually(String says, Function<Values, T> of) {
    return new Setting<>(key, kind, range, new Usual<>(says, of), meaning, published, brief);
  }

  /** The same of a number of such things, such as {@code vectors}. */
  public Setting<T> in(String unit) {
    Kind<T> counted = kind.called(kind.says() + " of " + unit);
    return new Setting<>(key, counted, range, usual, meaning, published, brief);
  }

  /** The same under keys of published files. */
  public Setting<T> publishedAs(String... keys) {
    return new Setting<>(key, kind, range, usual, meaning, List.of(keys), brief);
  }

  /** The same, which JSON leaves out where it is as usual. */
  public Setting<T> inBrief() {
    return new Setting<>(key, kind, range, usual, meaning, published, true);
  }
}
