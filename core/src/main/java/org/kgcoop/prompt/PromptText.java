package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.data.Templates;
import org.kgcoop.data.Underscores;

/**
 * Texts of a list of classes as sequences of tokens. Each token is fixed or a learned vector, and
 * all classes can share a common prefix. The class defines the function that the text encoder
 * computes; {@link TextFeatures} computes it efficiently.
 *
 * <p>The token ids come from the text {@code X ... X words name.}, with one X for each vector that
 * no initial word initializes. The first M positions after the start of text are the vectors. If
 * the words have more than one token each, the additional tokens stay fixed between the vectors and
 * the class name. As in the published code, the class name is moved before or between the vectors
 * token by token. The text has no start token if the model has none.
 *
 * @param texts the texts, one per class, up to and including the end of text
 * @param contextTokens M; 0 for a hand-crafted text
 * @param classSpecific true if vector m of class c is row c M + m of the context, false if it is
 *     row m
 * @param sharedLength the length of the common prefix of all classes, including vectors
 */
public record PromptText(
    List<ClassText> texts, int contextTokens, boolean classSpecific, int sharedLength) {

  /** Word that represents a learned vector in a text. */
  private static final String FILLER = "X";

  /** Upper bound that exceeds the number of positions of every text encoder. */
  private static final int MAX_TOKENS = 10_000;

  /**
   * Text of a class.
   *
   * @param tokens the token id at each position, which is ignored at the positions of vectors
   * @param vectors the index of the vector at each position, 0 to M - 1, or -1 for a fixed token
   */
  public record ClassText(List<Integer> tokens, List<Integer> vectors) {
    public ClassText {
      tokens = List.copyOf(tokens);
      vectors = List.copyOf(vectors);
    }

    /** Returns the position of the end of text, which provides the feature. */
    public int end() {
      return tokens.size() - 1;
    }

    /** Returns the token id at each position, -1 for vectors. */
    int[] fixedTokens() {
      return IntStream.rangeClosed(0, end())
          .map(i -> vectors.get(i) < 0 ? tokens.get(i) : -1)
          .toArray();
    }
  }

  public PromptText {
    texts = List.copyOf(texts);
  }

  public int classes() {
    return texts.size();
  }

  /**
   * Returns the texts of a learned prompt.
   *
   * @throws KgCoopException if a class name does not fit into the model's text length
   */
  public static PromptText learned(Clip clip, List<String> classNames, ContextSettings context) {
    int m = context.tokens();
    checkLength(clip, m);
    Tokenizer tokenizer = clip.tokenizer();
    int start = tokenizer.start().size();
    if (tokenizer.encode(context.words()).size() < context.wordCount()) {
      throw KgCoopException.configuration(
          "context words '%s': this model's tokenizer leaves some of them out; use letters alone"
              .formatted(context.words()));
    }
    checkKnown(tokenizer, classNames, Underscores.REPLACE);
    List<ClassText> texts = new ArrayList<>();
    for (String className : classNames) {
      String name = Underscores.REPLACE.in(className);
      List<Integer> ids = new ArrayList<>(Collections.nCopies(m, 0));
      ids.addAll(behindVectors(tokenizer, context, name));
      String text = (context.words() + " " + name + ".").strip();
      List<Integer> tokens =
          of(
              className,
              () -> tokenizer.marked(ids, clip.config().contextLength(), text, cuts(clip, m)));
      int nameLength = Math.min(tokenizer.encodeBehind(name).size(), tokens.size() - start - m);
      texts.add(arranged(tokens, start, m, nameLength, context.position()));
    }
    checkDifferent(texts, classNames, clip.config().contextLength());
    int shared = context.classSpecific() ? 1 : sharedLength(texts);
    return new PromptText(texts, m, context.classSpecific(), shared);
  }

  /**
   * Returns the pattern of M vectors before the class name and a full stop: {@code X X X X {}.}.
   */
  public static String pattern(int contextTokens) {
    return pattern(contextTokens, "{}.");
  }

  /**
   * Returns a pattern of M vectors.
   *
   * @param rest the text after the vectors; {@code {}} marks the position of the class name
   */
  public static String pattern(int contextTokens, String rest) {
    if (contextTokens < 1 || contextTokens > MAX_TOKENS) {
      throw KgCoopException.configuration(
          "context tokens: expected 1 to %s, got %s".formatted(MAX_TOKENS, contextTokens));
    }
    return (FILLER + " ").repeat(contextTokens) + rest;
  }

  /**
   * Returns the texts of a pattern such as {@code X X X X {}, a type of pet.}. The first M tokens
   * after the start of text are the vectors, whatever they are.
   *
   * @throws KgCoopException if the pattern has no {}, or fewer than M tokens before it, or if a
   *     class name does not fit into the model's text length
   */
  public static PromptText patterned(
      Clip clip, List<String> classNames, String pattern, int contextTokens) {
    checkLength(clip, contextTokens);
    int before = clip.tokenizer().encode(Templates.words(pattern)).size();
    if (before < contextTokens) {
      throw KgCoopException.configuration(
          "pattern '%s': expected at least %s tokens before {}, one for each context token, got %s"
              .formatted(pattern, contextTokens, before));
    }
    List<ClassText> texts = texts(clip, classNames, pattern, Underscores.REPLACE, contextTokens);
    return new PromptText(texts, contextTokens, false, sharedLength(texts));
  }

  /**
   * Returns true if long texts are cut. A text with vectors is cut only if the model reads its last
   * position. Otherwise, the cut would remove a part of the class name without a word.
   */
  private static boolean cuts(Clip clip, int vectors) {
    return clip.tokenizer().cuts() && (vectors == 0 || clip.config().text().form().readsLast());
  }

  private static void checkLength(Clip clip, int contextTokens) {
    if (contextTokens >= clip.config().contextLength()) {
      throw KgCoopException.configuration(
          "%s context tokens do not fit into the %s of this CLIP's texts: use fewer"
              .formatted(contextTokens, clip.config().contextLength()));
    }
  }

  /**
   * Returns the texts of a hand-crafted template such as "a photo of a {}.".
   *
   * @throws KgCoopException if the template has no {}, or if a class name does not fit
   */
  public static PromptText handCrafted(Clip clip, List<String> classNames, String template) {
    return handCrafted(clip, classNames, template, Underscores.REPLACE);
  }

  /**
   * Returns the texts of a hand-crafted template, with a given treatment of underscores in class
   * names.
   */
  public static PromptText handCrafted(
      Clip clip, List<String> classNames, String template, Underscores underscores) {
    Templates.check(template);
    List<ClassText> texts = texts(clip, classNames, template, underscores, 0);
    return new PromptText(texts, 0, false, sharedLength(texts));
  }

  /**
   * Returns the texts of a template.
   *
   * @param vectors the number of tokens after the start of text that are vectors
   */
  private static List<ClassText> texts(
      Clip clip, List<String> classNames, String template, Underscores underscores, int vectors) {
    Tokenizer tokenizer = clip.tokenizer();
    int contextLength = clip.config().contextLength();
    checkKnown(tokenizer, classNames, underscores);
    List<ClassText> texts = new ArrayList<>();
    for (String className : classNames) {
      String text = template.replace("{}", underscores.in(className));
      List<Integer> ids = of(className, () -> tokenizer.encode(text));
      List<Integer> tokens =
          of(className, () -> tokenizer.marked(ids, contextLength, text, cuts(clip, vectors)));
      texts.add(arranged(tokens, tokenizer.start().size(), vectors, 0, ClassTokenPosition.END));
    }
    checkDifferent(texts, classNames, contextLength);
    return texts;
  }

  /**
   * Checks that the vocabulary is one for these class names.
   *
   * @throws KgCoopException if it contains no part of any of them, so that all texts are equal
   */
  private static void checkKnown(
      Tokenizer tokenizer, List<String> classNames, Underscores underscores) {
    if (!classNames.isEmpty()
        && classNames.stream().noneMatch(name -> tokenizer.knows(underscores.in(name)))) {
      throw KgCoopException.weights(
          "the tokenizer next to the weights knows no part of a class name, such as '%s': expected the vocabulary of the model, with words in lower case; download it again, or use names in the model's language"
              .formatted(abbreviated(classNames.get(0))));
    }
  }

  /**
   * Checks that no two classes have the same text because their texts were truncated.
   *
   * @throws KgCoopException if two classes have the same text
   */
  private static void checkDifferent(
      List<ClassText> texts, List<String> classNames, int contextLength) {
    Map<ClassText, String> full = new HashMap<>();
    for (int c = 0; c < texts.size(); c++) {
      if (texts.get(c).tokens().size() == contextLength) {
        String name = classNames.get(c);
        String other = full.putIfAbsent(texts.get(c), name);
        if (other != null && !other.equals(name)) {
          throw KgCoopException.data(
              "classes '%s' and '%s' are one text to this model, which reads %s tokens: shorten the names or the prompt"
                  .formatted(abbreviated(other), abbreviated(name), contextLength));
        }
      }
    }
  }

  /** Returns the token sequences of plain texts. */
  static PromptText ofTexts(Clip clip, List<String> plain) {
    List<ClassText> texts = new ArrayList<>();
    for (String text : plain) {
      List<Integer> tokens = clip.tokenizer().encodeMarked(text, clip.config().contextLength());
      texts.add(new ClassText(tokens, Collections.nCopies(tokens.size(), -1)));
    }
    return new PromptText(texts, 0, false, sharedLength(texts));
  }

  /** Returns the tokens of a class. Error messages name the class. */
  private static List<Integer> of(String className, Supplier<List<Integer>> tokens) {
    try {
      return tokens.get();
    } catch (KgCoopException e) {
      throw KgCoopException.data("class '" + abbreviated(className) + "': " + e.getMessage(), e);
    }
  }

  /**
   * Returns the tokens after the vectors: the additional tokens of the words, and the class name.
   */
  private static List<Integer> behindVectors(
      Tokenizer tokenizer, ContextSettings context, String name) {
    if (context.words().isEmpty()) {
      return tokenizer.encodeBehind(name + ".");
    }
    List<Integer> tokens = tokenizer.encode(context.words() + " " + name + ".");
    return tokens.subList(context.wordCount(), tokens.size());
  }

  private static ClassText arranged(
      List<Integer> tokens, int start, int m, int nameLength, ClassTokenPosition position) {
    List<Integer> ids = new ArrayList<>(tokens);
    Collections.fill(ids.subList(start, start + m), 0);
    List<Integer> vectors = new ArrayList<>(Collections.nCopies(tokens.size(), -1));
    for (int v = 0; v < m; v++) {
      vectors.set(start + v, v);
    }
    if (position != ClassTokenPosition.END) { // moves the name before the last vectors
      int before = position == ClassTokenPosition.MIDDLE ? m / 2 : 0;
      for (List<Integer> each : List.of(ids, vectors)) {
        Collections.rotate(each.subList(start + before, start + m + nameLength), nameLength);
      }
    }
    return new ClassText(ids, vectors);
  }

  private static int sharedLength(List<ClassText> texts) {
    if (texts.isEmpty()) {
      return 0;
    }
    ClassText first = texts.get(0);
    int length = texts.stream().mapToInt(ClassText::end).min().orElse(0);
    for (ClassText row : texts) {
      int same = 0;
      while (same < length
          && row.tokens().get(same).equals(first.tokens().get(same))
          && row.vectors().get(same).equals(first.vectors().get(same))) {
        same++;
      }
      length = same;
    }
    return length;
  }

  private static String abbreviated(String name) {
    return name.length() <= 40 ? name : name.substring(0, 37) + "...";
  }
}
