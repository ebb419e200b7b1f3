package org.kgcoop.pretrain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.kgcoop.pretrain.Look.Company;
import org.kgcoop.pretrain.Look.Effect;
import org.kgcoop.pretrain.Look.Texture;

/** Captions of images: the subject and the appearance. Every word is true of the image. */
final class Captions {
  private static final List<String> KINDS =
      List.of("icon", "icon", "drawing", "picture", "symbol", "image");

  private static final double SAID = 0.8; // words for the changes of the drawing
  private static final double STYLE_SAID = 0.45;
  private static final double DOMAIN_SAID = 0.3;
  private static final double ARTICLE = 0.8;
  private static final double STOP = 0.5;

  private Captions() {}

  /** Returns a name of the image's subject. */
  static String bare(Corpus.Entry entry, SplittableRandom random) {
    return ended(name(entry, random), random);
  }

  /**
   * Returns a sentence or a list of words.
   *
   * @param second the other drawing, if the image contains two
   * @param all true to mention every change, false for most of them
   */
  static String composed(
      Corpus.Entry entry,
      Corpus.@Nullable Entry second,
      Look look,
      boolean all,
      SplittableRandom random) {
    double said = all ? 1 : SAID;
    String name = name(entry, random);
    List<String> adjectives = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    for (Effect effect : Effect.values()) {
      if (look.effects().contains(effect) && Look.chance(random, said)) {
        adjectives.add(Look.any(random, effect.words));
      }
    }
    if (look.place() != Look.Place.ALL && Look.chance(random, said)) {
      adjectives.add(random.nextBoolean() ? "small" : "tiny");
    }
    if (Look.chance(random, STYLE_SAID)) {
      add(adjectives, any(random, entry.style()));
    }
    boolean colored = look.ink() != Color.BLACK || look.ground() != Color.WHITE;
    if (entry.tint() && Look.chance(random, colored ? said : all ? 0.5 : 0.1)) {
      adjectives.add(ink(look).word());
    }
    String ground = ground(entry, look, all, random);
    if (!ground.isEmpty()) {
      behind.add(ground);
    }
    if (Look.chance(random, said)) {
      add(behind, any(random, look.turn().words));
    }
    if (Look.chance(random, said)) {
      add(behind, any(random, look.place().words));
    }
    String shown = shown(name, second, look, random);
    double form = random.nextDouble();
    String domain = Look.chance(random, DOMAIN_SAID) ? any(random, entry.domain()) : null;
    if (form < 0.55) {
      add(adjectives, domain);
      adjectives.add(Look.any(random, KINDS));
      String head = String.join(" ", adjectives) + " of " + shown;
      String start = Look.chance(random, ARTICLE) ? article(head) + " " : "";
      return ended(join(start + head, behind), random);
    }
    if (form < 0.8 || look.company() != Company.ALONE) {
      adjectives.add(look.company() == Company.ALONE ? name : shown);
      String head = String.join(" ", adjectives);
      if (look.company() == Company.ALONE) {
        head += random.nextBoolean() ? " " + Look.any(random, KINDS) : "";
        head = Look.chance(random, ARTICLE) ? article(head) + " " + head : head;
      }
      return ended(join(head, behind), random);
    }
    List<String> list = new ArrayList<>(adjectives);
    list.addAll(behind);
    add(list, domain);
    shuffle(list, random);
    list.add(random.nextInt(2) == 0 ? 0 : list.size(), name);
    return ended(String.join(", ", list), random);
  }

  private static Color ink(Look look) {
    return look.effects().contains(Effect.INVERTED) ? look.ground() : look.ink();
  }

  /** Returns the words for the background, such as "on a striped yellow ground", or nothing. */
  private static String ground(
      Corpus.Entry entry, Look look, boolean all, SplittableRandom random) {
    if (!entry.tint()) {
      return "";
    }
    double said = all ? 1 : SAID;
    boolean inverted = look.effects().contains(Effect.INVERTED);
    Color color = inverted ? look.ink() : look.ground();
    boolean textured = look.texture() != Texture.PLAIN && Look.chance(random, said);
    boolean colored =
        Look.chance(random, look.ground() != Color.WHITE ? said : inverted ? 0.4 : all ? 0.3 : 0.1);
    if (!textured && !colored) {
      return "";
    }
    String what =
        (textured ? look.texture().word + " " : "")
            + (colored ? color.word() + " " : "")
            + (random.nextInt(3) > 0 ? "background" : "ground");
    if (!textured && random.nextInt(3) == 0) {
      return "on " + color.word();
    }
    return "on " + article(what) + " " + what;
  }

  private static String shown(
      String name, Corpus.@Nullable Entry second, Look look, SplittableRandom random) {
    String first = withArticle(name, random);
    if (second == null || look.company() == Company.ALONE) {
      return first;
    }
    String other = name(second, random);
    if (look.company() == Company.SMALL) {
      return first + " with a small " + other;
    }
    return switch (random.nextInt(3)) {
      case 0 -> first + " beside " + withArticle(other, random);
      case 1 -> first + " next to " + withArticle(other, random);
      default -> first + " and " + withArticle(other, random);
    };
  }

  private static String name(Corpus.Entry entry, SplittableRandom random) {
    // The first name is the name of the concept. The others are correct but less common.
    List<String> captions = entry.captions();
    return random.nextBoolean() ? captions.get(0) : captions.get(random.nextInt(captions.size()));
  }

  private static String withArticle(String name, SplittableRandom random) {
    return Look.chance(random, ARTICLE) ? article(name) + " " + name : name;
  }

  static String article(String next) {
    return !next.isEmpty() && "aeiou".indexOf(Character.toLowerCase(next.charAt(0))) >= 0
        ? "an"
        : "a";
  }

  private static String join(String head, List<String> behind) {
    return behind.isEmpty() ? head : head + " " + String.join(", ", behind);
  }

  private static String ended(String text, SplittableRandom random) {
    return Look.chance(random, STOP) ? text + "." : text;
  }

  private static void add(List<String> words, @Nullable String word) {
    if (word != null) {
      words.add(word);
    }
  }

  private static @Nullable String any(SplittableRandom random, List<String> words) {
    return words.isEmpty() ? null : words.get(random.nextInt(words.size()));
  }

  private static void shuffle(List<String> words, SplittableRandom random) {
    for (int i = words.size() - 1; i > 0; i--) {
      Collections.swap(words, i, random.nextInt(i + 1));
    }
  }

  /**
   * Returns texts for the training of a vocabulary: all names, and some sentences about every
   * image.
   *
   * @return the number of occurrences of each text
   */
  static Map<String, Long> sample(Corpus corpus, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Long> texts = new LinkedHashMap<>();
    for (Corpus.Entry entry : corpus.entries()) {
      entry.captions().forEach(caption -> texts.merge(caption, 1L, Long::sum));
      Look look = Look.strong(random, entry.tint(), true, true, false);
      texts.merge(composed(entry, null, look, true, random), 1L, Long::sum);
    }
    return texts;
  }
}
