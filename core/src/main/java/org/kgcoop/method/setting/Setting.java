package org.kgcoop.method.setting;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Function;
import org.kgcoop.KgCoopException;

/**
 * Setting of a method. The parser, JSON, messages, the help, sweeps and the translation of
 * published files use it, so that every setting is declared once.
 *
 * @param key the name in files and options
 * @param kind the type
 * @param range the range of the values
 * @param usual the default value
 * @param meaning one sentence for the help
 * @param published the keys in files of the published code
 * @param brief true if JSON omits the default value
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
   * Default value of a setting.
   *
   * @param says the default in the help
   * @param of the function that computes the default from the given settings
   */
  public record Usual<T>(String says, Function<Values, T> of) {}

  /** Setting, with a function that reads its value from a method or from a part of a method. */
  public record Stated<M>(Setting<?> setting, Function<M, JsonNode> json) {
    <N> Stated<N> of(Function<N, M> part) {
      return new Stated<>(setting, json.compose(part));
    }
  }

  /**
   * Settings of a method as given by the user, read with type and range checks.
   *
   * @param title the title of the method, for messages
   * @param json the settings
   */
  public record Values(String title, JsonNode json) {

    /**
     * Returns the value of a setting, or its default if it is not given.
     *
     * @throws KgCoopException if the value has the wrong type or is out of range
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

    /** Returns true if the setting is given. */
    public boolean state(Setting<?> setting) {
      return json.has(setting.key());
    }
  }

  /** Creates a setting with a constant default. */
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

  /**
   * Creates a list of texts.
   *
   * @param says the default in the help
   */
  public static Setting<List<String>> texts(
      String key, List<String> usual, String says, String meaning) {
    return of(key, Kind.TEXTS, usual, Range.any(), meaning).usually(says, values -> usual);
  }

  /**
   * Combines the setting with a function that reads its value from a method, or from a part of a
   * method.
   */
  public <M> Stated<M> from(Function<M, T> value) {
    return new Stated<>(this, m -> kind.write().apply(value.apply(m)));
  }

  /** Returns this setting with another default. */
  public Setting<T> usually(T other) {
    return of(key, kind, other, range, meaning).publishedAs(published.toArray(String[]::new));
  }

  /** Returns this setting with a default that depends on other settings. */
  public Setting<T> usually(String says, Function<Values, T> of) {
    return new Setting<>(key, kind, range, new Usual<>(says, of), meaning, published, brief);
  }

  /** Returns this setting with a unit, such as {@code vectors}. */
  public Setting<T> in(String unit) {
    Kind<T> counted = kind.called(kind.says() + " of " + unit);
    return new Setting<>(key, counted, range, usual, meaning, published, brief);
  }

  /** Returns this setting with keys of published files. */
  public Setting<T> publishedAs(String... keys) {
    return new Setting<>(key, kind, range, usual, meaning, List.of(keys), brief);
  }

  /** Returns this setting, omitted from JSON if it has its default value. */
  public Setting<T> inBrief() {
    return new Setting<>(key, kind, range, usual, meaning, published, true);
  }
}
