package org.kgcoop.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * Declaration of a method, next to its record. The parser, files, the help, sweeps and the
 * translation of published files use it, so that every fact about a method is written once.
 *
 * @param id the name in files and options, such as {@code kgcoop}
 * @param title the name in papers, such as {@code KgCoOp}
 * @param prompts the kind of prompt, such as {@code textual}
 * @param sentence the description
 * @param formula the formula of the logits or of the loss
 * @param paper the publication
 * @param code the repository of the published code
 * @param trainer the name in files of the published code; empty if it has none
 * @param needs the requirements of the method in addition to image features, for the help
 * @param bound what binds the method to the classes that it has learned, as the subject of a
 *     sentence; empty if the method supports any class names, or if that depends on its settings
 * @param settings the settings in the order of files, with the template if it is a setting of the
 *     method
 * @param stored the settings of the record
 * @param factory creates the method from the given values
 * @param <M> the type that the declaration creates, such as {@code Method}
 */
public record Declaration<M>(
    String id,
    String title,
    String prompts,
    String sentence,
    String formula,
    String paper,
    String code,
    String trainer,
    List<String> needs,
    Optional<String> bound,
    List<Setting<?>> settings,
    SettingPart stored,
    Function<SettingValues, M> factory) {
  /** Key of the method's name in settings. */
  public static final String METHOD = "method";

  /** Key of the template, which every method accepts. */
  public static final String TEMPLATE = "template";

  /** Starts the declaration of a method. */
  public static <R extends Record> Builder<R> of(Class<R> type, String id, String title) {
    return new Builder<>(type, id, title);
  }

  /** Returns the setting with the given key, which must exist. */
  public Setting<?> setting(String key) {
    return settings.stream().filter(each -> each.key().equals(key)).findFirst().orElseThrow();
  }

  /** Returns the keys of all settings except the template, which the data set provides. */
  public List<String> keys() {
    return settings.stream().map(Setting::key).filter(key -> !key.equals(TEMPLATE)).toList();
  }

  /** Returns the method with the default of every setting. */
  public M withDefaults() {
    return parse(SettingValues.NONE);
  }

  /**
   * Creates a method from its settings. A setting that is not given has its published default.
   *
   * @throws KgCoopException if a key is unknown or a value is invalid
   */
  public M parse(SettingValues values) {
    List<String> known = new ArrayList<>(settings.stream().map(Setting::key).toList());
    Stream.of(METHOD, TEMPLATE).filter(key -> !known.contains(key)).forEach(known::add);
    values.checkKeys(title, known);
    return factory.apply(values);
  }

  /** Returns the name and all settings of a method, in the form that {@link #parse} reads. */
  public SettingValues values(M method) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(METHOD, id);
    stored.write(method, values);
    return new SettingValues(values);
  }

  /**
   * Builder of a declaration.
   *
   * @param <R> the method's record
   */
  public static final class Builder<R extends Record> {
    private final Class<R> type;
    private final String id;
    private final String title;
    private String prompts = "none";
    private String sentence = "";
    private String formula = "";
    private String paper = "";
    private String code = "";
    private String trainer = "";
    private @Nullable String bound;
    private final List<String> needs = new ArrayList<>(List.of("the text encoder of the CLIP"));

    private Builder(Class<R> type, String id, String title) {
      this.type = type;
      this.id = id;
      this.title = title;
    }

    /**
     * Sets the kind of prompt, such as {@code textual} or {@code visual}. The default is {@code
     * none}.
     */
    public Builder<R> prompts(String kind) {
      prompts = kind;
      return this;
    }

    /** Sets the sentence of the help, and the formula of the logits or of the loss. */
    public Builder<R> description(String one, String how) {
      sentence = one;
      formula = how;
      return this;
    }

    /** Sets the publication and the repository of the published code. */
    public Builder<R> published(String where, String repository) {
      paper = where;
      code = repository;
      return this;
    }

    /** Sets the name of the trainer in published files. */
    public Builder<R> trainer(String name) {
      trainer = name;
      return this;
    }

    /** States what binds the method to the classes that it has learned. */
    public Builder<R> boundBy(String reason) {
      bound = reason;
      return this;
    }

    /** States that the method needs no text encoder, as the others do. */
    public Builder<R> withoutTextEncoder() {
      needs.clear();
      return this;
    }

    /** States that the method needs an image encoder that is a ViT. */
    public Builder<R> needsVit() {
      needs.add("an image encoder that is a ViT");
      return this;
    }

    /**
     * Completes the declaration of a method whose record has these components. Their order is the
     * order in files.
     */
    @SuppressWarnings("unchecked") // M is a supertype of the record
    public <M> Declaration<M> settings(SettingPart... components) {
      SettingList<R> settings = SettingList.of(type, components);
      return settings(settings, List.of(), values -> (M) settings.read(values));
    }

    /**
     * Completes the declaration.
     *
     * @param others settings that the record does not store
     * @param factory the function that creates the method from the given values
     */
    public <M> Declaration<M> settings(
        SettingList<R> stored, List<Setting<?>> others, Function<SettingValues, M> factory) {
      return new Declaration<>(
          id,
          title,
          prompts,
          sentence,
          formula.strip(),
          paper,
          code,
          trainer,
          List.copyOf(needs),
          Optional.ofNullable(bound),
          Stream.concat(stored.settings().stream(), others.stream()).toList(),
          stored,
          factory);
    }
  }
}
