package org.kgcoop.features;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.ViewRecipe;

/** The view of a training image in each epoch. */
public sealed interface Augmentation {

  /** A new random view in every epoch, encoded in every step, as published. */
  record Online(ViewRecipe recipe) implements Augmentation {
    @Override
    public String id() {
      return "online";
    }

    @Override
    public int views() {
      return 0;
    }
  }

  /** A single view, by the test transform. */
  record Test() implements Augmentation {
    @Override
    public ViewRecipe recipe() {
      return ViewRecipe.NONE;
    }

    @Override
    public String id() {
      return "test";
    }

    @Override
    public int views() {
      return 1;
    }
  }

  /**
   * A fixed number of random views, encoded once. Epoch e uses view e mod {@code views}, with a
   * separate offset per image.
   */
  record Cache(int views, ViewRecipe recipe) implements Augmentation {
    public Cache(int views) {
      this(views, ViewRecipe.PUBLISHED);
    }

    public Cache {
      if (views < 1 || views > MAX_VIEWS) {
        throw KgCoopException.configuration("cache: expected 1 to 10,000 views, got " + views);
      }
    }

    @Override
    public String id() {
      return "cache:" + views;
    }
  }

  /**
   * A fixed number of random views, encoded once, all in one pool. A batch contains any views of
   * any images. The number of batches per epoch is the same as with one view per image.
   */
  record Pool(int views, ViewRecipe recipe) implements Augmentation {
    public Pool {
      if (views < 1 || views > MAX_VIEWS) {
        throw KgCoopException.configuration("pool: expected 1 to 10,000 views, got " + views);
      }
    }

    @Override
    public String id() {
      return "pool:" + views;
    }
  }

  /** The maximum number of views that are encoded once. */
  int MAX_VIEWS = 10_000;

  /** Returns the name for files and options. */
  String id();

  /** Returns the number of views that are encoded once; 0 if each step encodes its own. */
  int views();

  ViewRecipe recipe();

  /** Returns the augmentation with a name, with the published random views. */
  static Augmentation ofId(String id) {
    return ofId(id, ViewRecipe.PUBLISHED);
  }

  /**
   * Returns the augmentation with a name.
   *
   * @param id {@code online}, {@code test}, {@code cache:V} or {@code pool:V}
   * @param recipe the random views; not used by {@code test}
   */
  static Augmentation ofId(String id, ViewRecipe recipe) {
    Matcher many = Pattern.compile("(cache|pool):(\\d{1,5})").matcher(id);
    if (many.matches()) {
      int views = Integer.parseInt(many.group(2));
      return many.group(1).equals("cache") ? new Cache(views, recipe) : new Pool(views, recipe);
    }
    return switch (id) {
      case "online" -> new Online(recipe);
      case "test" -> new Test();
      default ->
          throw KgCoopException.configuration(
              "augmentation '"
                  + id
                  + "': expected online, test, cache:V or pool:V, such as cache:8");
    };
  }
}
