package org.kgcoop.features;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.EnumIds;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.ViewRecipe;

/**
 * The view of a training image in each epoch.
 *
 * @param views the number of views that are encoded once; 0 if each step encodes its own
 * @param recipe the random views
 */
public record Augmentation(Kind kind, int views, ViewRecipe recipe) {

  /** What the views of an epoch are. */
  public enum Kind {
    /** A new random view in every epoch, encoded in every step, as published. */
    ONLINE,
    /** A single view, by the test transform. */
    TEST,
    /**
     * A fixed number of random views, encoded once. Epoch e uses view e mod {@code views}, with a
     * separate offset per image.
     */
    CACHE,
    /**
     * A fixed number of random views, encoded once, all in one pool. A batch contains any views of
     * any images. The number of batches per epoch is the same as with one view per image.
     */
    POOL
  }

  /** A single view, by the test transform. */
  public static final Augmentation TEST = new Augmentation(Kind.TEST, 1, ViewRecipe.NONE);

  /** The maximum number of views that are encoded once. */
  private static final int MAX_VIEWS = 10_000;

  public Augmentation {
    if (kind != Kind.ONLINE && (views < 1 || views > MAX_VIEWS)) {
      throw KgCoopException.configuration(
          "%s: expected 1 to 10,000 views, got %s".formatted(EnumIds.id(kind), views));
    }
  }

  /** Returns the name for files and options. */
  public String id() {
    String id = EnumIds.id(kind);
    return kind == Kind.CACHE || isPool() ? id + ":" + views : id;
  }

  public boolean isPool() {
    return kind == Kind.POOL;
  }

  /** Returns the augmentation with a name, with the published random views. */
  public static Augmentation ofId(String id) {
    return ofId(id, ViewRecipe.PUBLISHED);
  }

  /**
   * Returns the augmentation with a name.
   *
   * @param id {@code online}, {@code test}, {@code cache:V} or {@code pool:V}
   * @param recipe the random views; not used by {@code test}
   */
  public static Augmentation ofId(String id, ViewRecipe recipe) {
    Matcher many = Pattern.compile("(cache|pool):(\\d{1,5})").matcher(id);
    if (many.matches()) {
      Kind kind = many.group(1).equals("cache") ? Kind.CACHE : Kind.POOL;
      return new Augmentation(kind, Integer.parseInt(many.group(2)), recipe);
    }
    return switch (id) {
      case "online" -> new Augmentation(Kind.ONLINE, 0, recipe);
      case "test" -> TEST;
      default ->
          throw KgCoopException.configuration(
              "augmentation '"
                  + id
                  + "': expected online, test, cache:V or pool:V, such as cache:8");
    };
  }
}
