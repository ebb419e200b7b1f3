package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.ViewStep.RandomResizedCrop;
import org.kgcoop.method.CacheGrid;
import org.kgcoop.method.CacheSettings;
import org.kgcoop.method.Search;
import org.kgcoop.method.tower.Layers;
import org.kgcoop.method.tower.LearnedWords;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.HandCrafted;
import org.kgcoop.prompt.Templates;
import org.kgcoop.prompt.Underscores;

/** The settings of a method, read with their types checked. */
record MethodSettings(JsonNode json) {

  /** Words that go with their own number of vectors: another number begins at random. */
  ContextSettings context(int defaultTokens, String defaultWords) {
    return paddedContext(defaultTokens, json.has("context_tokens") ? "" : defaultWords);
  }

  /** Words that stay whatever the number of vectors. */
  ContextSettings paddedContext(int defaultTokens, String defaultWords) {
    String words = text("words", defaultWords);
    return new ContextSettings(
        whole("context_tokens", defaultTokens),
        words,
        ClassTokenPosition.ofId(text("class_position", "end")),
        flag("class_specific", false));
  }

  /** The words that so many vectors inside of the towers begin with. */
  String words(int tokens) {
    return text("words", LearnedWords.published(tokens));
  }

  String template() {
    return text("template", Templates.DEFAULT);
  }

  List<String> templates() {
    return texts("templates", List.of(template()));
  }

  /** Texts by the templates, with that rule for underscores where none is stated. */
  HandCrafted handCrafted(Underscores underscores) {
    return new HandCrafted(templates(), Underscores.ofId(text("underscores", underscores.id())));
  }

  List<String> texts(String key, List<String> otherwise) {
    List<String> texts = new ArrayList<>();
    for (JsonNode text : array(key)) {
      texts.add(text.asText());
    }
    return json.has(key) ? texts : otherwise;
  }

  List<Double> numbers(String key, List<Double> otherwise) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode number : array(key)) {
      if (!number.isNumber()) {
        throw wrong(key, "numbers");
      }
      numbers.add(number.asDouble());
    }
    return json.has(key) ? numbers : otherwise;
  }

  List<Integer> wholes(String key, List<Integer> otherwise) {
    List<Integer> wholes = new ArrayList<>();
    for (JsonNode number : array(key)) {
      if (!number.isInt()) {
        throw wrong(key, "whole numbers");
      }
      wholes.add(number.asInt());
    }
    return json.has(key) ? wholes : otherwise;
  }

  /** All blocks of a tower, or those that are stated; options make lists of words too. */
  Layers layers(String key) {
    JsonNode value = json.path(key);
    JsonNode stated = value.isArray() && value.size() == 1 ? value.get(0) : value;
    if (stated.isMissingNode()) {
      return Layers.ALL;
    }
    if (stated.isTextual()) {
      return Layers.of(stated.asText());
    }
    return Layers.of(wholes(key, List.of()));
  }

  private JsonNode array(String key) {
    JsonNode value = json.path(key);
    if (!value.isMissingNode() && !value.isArray()) {
      throw wrong(key, "a list");
    }
    return value;
  }

  double number(String key, double otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber()) {
      throw wrong(key, "a number");
    }
    return value.asDouble();
  }

  int whole(String key, int otherwise) {
    double number = number(key, otherwise);
    if (number != (int) number) {
      throw wrong(key, "a whole number");
    }
    return (int) number;
  }

  Search search() {
    return Search.ofId(text("search", Search.VALIDATION.id()));
  }

  RandomResizedCrop crop() {
    List<Double> areas =
        pair("crop_scale", CacheSettings.CROP.leastArea(), CacheSettings.CROP.greatestArea());
    return new RandomResizedCrop(areas.get(0), areas.get(1));
  }

  CacheSettings cache() {
    boolean ofModel = json.path("scale").asText().equals("model");
    CacheGrid published = CacheGrid.PUBLISHED;
    List<Double> tops = pair("search_scale", published.betaTop(), published.alphaTop());
    List<Double> steps = pair("search_step", (double) published.betas(), published.alphas());
    if (steps.stream().anyMatch(step -> step != step.intValue())) {
      throw wrong("search_step", "whole numbers");
    }
    return new CacheSettings(
        templates(),
        whole("views", CacheSettings.VIEWS),
        crop(),
        ofModel ? OptionalDouble.empty() : OptionalDouble.of(number("scale", CacheSettings.SCALE)),
        number("alpha", CacheSettings.ALPHA),
        number("beta", CacheSettings.BETA),
        search(),
        new CacheGrid(tops.get(0), tops.get(1), steps.get(0).intValue(), steps.get(1).intValue()));
  }

  private List<Double> pair(String key, double first, double second) {
    List<Double> pair = numbers(key, List.of(first, second));
    if (pair.size() != 2) {
      throw wrong(key, "two numbers");
    }
    return pair;
  }

  String text(String key, String otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isTextual()) {
      throw wrong(key, "a text");
    }
    return value.asText();
  }

  boolean flag(String key, boolean otherwise) {
    JsonNode value = json.path(key);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw wrong(key, "true or false");
    }
    return value.asBoolean(otherwise);
  }

  private KgCoopException wrong(String key, String expected) {
    return KgCoopException.configuration(
        "setting " + key + ": expected " + expected + ", got " + json.path(key));
  }
}
