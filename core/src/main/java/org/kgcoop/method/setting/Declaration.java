package org.kgcoop.method.setting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.method.setting.Setting.Stated;
import org.kgcoop.method.setting.Setting.Values;

/**
 * All that is said of a method, once, next to its record. The parser, JSON, help, sweeps and the
 * translation of published files go by it.
 *
 * @param <M> what it makes
 */
public final class Declaration<M> {
  /** The key of the method's name in JSON. */
  public static final String METHOD = "method";

  /** The key of the template, which every method is given. */
  public static final String TEMPLATE = "template";

  private final About about;
  private final String prompts;
  private final Set<Need> needs;
  private final List<Stated<Object>> settings;
  private final Function<Values, M> make;

  /** The needs of a method beside features of the shots. */
  public enum Need {
    TEXT_ENCODER("the text encoder of the CLIP"),
    VIT("an image encoder that is a ViT");

    private final String says;

    Need(String says) {
      this.says = says;
    }

    public String says() {
      return says;
    }
  }

  /**
   * The names and sources of a method, and a sentence on it.
   *
   * @param id the name in files and options, such as {@code kgcoop}
   * @param title the name as papers write it, such as {@code KgCoOp}
   * @param trainer the name in the published code's files; empty where these have none
   */
  public record About(
      String id,
      String title,
      String sentence,
      String formula,
      String paper,
      String code,
      String trainer) {}

  private <R> Declaration(Builder<R> builder, Function<Values, M> make) {
    about =
        new About(
            builder.id,
            builder.title,
            builder.sentence,
            builder.formula.strip(),
            builder.paper,
            builder.code,
            builder.trainer);
    prompts = builder.prompts;
    needs = builder.needs;
    settings = builder.settings.stream().map(stated -> stated.of(builder.type::cast)).toList();
    this.make = make;
  }

  /** A declaration of a method of that name. */
  public static <R> Builder<R> of(Class<R> type, String id, String title) {
    return new Builder<>(type, id, title);
  }

  public String id() {
    return about.id();
  }

  public About about() {
    return about;
  }

  /** The kind of prompt, such as {@code textual}. */
  public String prompts() {
    return prompts;
  }

  public Set<Need> needs() {
    return needs;
  }

  /** The settings in the order of JSON; the template is among them where it can be stated. */
  public List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>();
    settings.forEach(stated -> all.add(stated.setting()));
    return all;
  }

  /** The setting of that key, which the method has. */
  public Setting<?> setting(String key) {
    return settings().stream().filter(each -> each.key().equals(key)).findFirst().orElseThrow();
  }

  /** The keys of the settings beside the template, which is that of the data. */
  public List<String> keys() {
    return settings().stream()
        .<String>map(Setting::key)
        .filter(key -> !key.equals(TEMPLATE))
        .toList();
  }

  /**
   * A method from its settings, with the published default for each that is not stated.
   *
   * @throws KgCoopException for an unknown key or a wrong value
   */
  public M parse(JsonNode json) {
    List<String> known = new ArrayList<>(keys());
    known.addAll(List.of(METHOD, TEMPLATE));
    List<String> unknown = new ArrayList<>();
    json.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "settings of %s: unknown %s; known are %s"
              .formatted(about.id(), Nearest.hints(unknown, known), String.join(", ", known)));
    }
    return make.apply(new Values(about.title(), json));
  }

  /** All settings of a method, in the form that {@link #parse} reads. */
  public ObjectNode json(Object method) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put(METHOD, about.id());
    Values usual = new Values(about.title(), JsonNodeFactory.instance.objectNode());
    for (Stated<Object> stated : settings) {
      JsonNode value = stated.json().apply(method);
      if (!value.isMissingNode()
          && !(stated.setting().brief() && value.equals(usual(stated.setting(), usual)))) {
        json.set(stated.setting().key(), value);
      }
    }
    return json;
  }

  private static <T> JsonNode usual(Setting<T> setting, Values none) {
    return setting.kind().write().apply(setting.usual().of().apply(none));
  }

  /**
   * Collects what is said of a method.
   *
   * @param <R> the method's record
   */
  public static final class Builder<R> {
    private final Class<R> type;
    private final String id;
    private final String title;
    private String prompts = "none";
    private String sentence = "";
    private String formula = "";
    private String paper = "";
    private String code = "";
    private String trainer = "";
    private final Set<Need> needs = EnumSet.noneOf(Need.class);
    private final List<Stated<R>> settings = new ArrayList<>();

    private Builder(Class<R> type, String id, String title) {
      this.type = type;
      this.id = id;
      this.title = title;
    }

    /** The kind of prompt where there is one: {@code textual}, {@code visual} and so on. */
    public Builder<R> prompts(String kind) {
      prompts = kind;
      return this;
    }

    /** The sentence of help, and the formula by which it answers or learns. */
    public Builder<R> says(String one, String how) {
      sentence = one;
      formula = how;
      return this;
    }

    /** The source of the method, and the repository of its code. */
    public Builder<R> published(String where, String repository) {
      paper = where;
      code = repository;
      return this;
    }

    /** The name of its trainer in published files. */
    public Builder<R> trainer(String name) {
      trainer = name;
      return this;
    }

    public Builder<R> needs(Need... what) {
      needs.addAll(List.of(what));
      return this;
    }

    /** The next setting in JSON. */
    public <T> Builder<R> setting(Setting<T> setting, Function<R, T> value) {
      settings.add(setting.from(value));
      return this;
    }

    /** A setting that JSON does not show. */
    public Builder<R> asked(Setting<?> setting) {
      settings.add(new Stated<>(setting, m -> JsonNodeFactory.instance.missingNode()));
      return this;
    }

    /** Settings that a part of the method has. */
    public <P> Builder<R> settings(List<Stated<P>> shared, Function<R, P> part) {
      shared.forEach(each -> settings.add(each.of(part)));
      return this;
    }

    /** The declaration; the method is made of the values that are stated. */
    public <M> Declaration<M> made(Function<Values, M> make) {
      return new Declaration<>(this, make);
    }
  }
}
