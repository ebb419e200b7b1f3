package org.kgcoop.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Crop;
import org.kgcoop.image.ImageHeader;
import org.kgcoop.image.Images;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;

/**
 * The result of opening every image of a data set.
 *
 * @param problems one line per unreadable image, in order
 * @param leaks test images that are byte-identical to training or validation images, which biases
 *     the results
 * @param contradictions byte-identical images in two classes
 * @param repeated the number of images that are byte-identical to an earlier one of their part
 * @param width the widths in pixels; null if no image is readable
 * @param height the heights in pixels; null if no image is readable
 */
public record ImageSurvey(
    List<String> problems,
    List<Twin> leaks,
    List<Twin> contradictions,
    int repeated,
    @Nullable Range width,
    @Nullable Range height) {

  /** Two images of one picture, by their keys. */
  public record Twin(String first, String second) {}

  /** The minimum, median and maximum of numbers. */
  public record Range(int least, int median, int greatest) {}

  /** The result for one image. */
  private record Result(
      Item item, String part, String hash, int width, int height, @Nullable String problem) {}

  /**
   * Opens every image, several in parallel.
   *
   * @param warnings receives warnings about readable images
   * @param progress receives the number of finished images, from any thread
   */
  public static ImageSurvey of(DataSet dataSet, Consumer<String> warnings, IntConsumer progress) {
    Images images = new Images(warnings);
    AtomicInteger done = new AtomicInteger();
    List<Result> results = new ArrayList<>();
    Map<String, List<Item>> parts = new LinkedHashMap<>();
    parts.put("train", dataSet.train());
    parts.put("val", dataSet.val());
    parts.put("test", dataSet.test());
    parts.forEach(
        (part, items) ->
            results.addAll(
                items.parallelStream()
                    .map(
                        item -> {
                          Result result = check(images, part, item);
                          progress.accept(done.incrementAndGet());
                          return result;
                        })
                    .toList()));
    return of(results);
  }

  private static Result check(Images images, String part, Item item) {
    try {
      byte[] bytes = Images.bytes(item.file());
      Crop size = size(images, bytes, item.file().toString());
      return new Result(item, part, Sha256.of(bytes), size.width(), size.height(), null);
    } catch (KgCoopException e) {
      return new Result(item, part, "", 0, 0, String.valueOf(e.getMessage()));
    }
  }

  /** Decodes an image, a large photo at a part of its size, and returns its full size. */
  private static Crop size(Images images, byte[] file, String name) {
    ImageHeader header = ImageHeader.of(file);
    if (header.width() == 0) {
      return images.decode(file, name, RgbImage::whole);
    }
    Crop unused = images.decodeUpright(file, name, Reduction.toShorterSide(1), RgbImage::whole);
    return new Crop(0, 0, header.height(), header.width());
  }

  private static ImageSurvey of(List<Result> results) {
    List<Twin> leaks = new ArrayList<>();
    List<Twin> contradictions = new ArrayList<>();
    int repeated = 0;
    Map<String, Result> firsts = new HashMap<>();
    List<Result> read = results.stream().filter(result -> result.problem() == null).toList();
    for (Result result : read) {
      Result first = firsts.putIfAbsent(result.hash(), result);
      if (first == null) {
        continue;
      }
      Twin twin = new Twin(first.item().key(), result.item().key());
      if (result.part().equals("test") && !first.part().equals("test")) {
        leaks.add(twin);
      } else if (result.part().equals(first.part())) {
        repeated++;
      }
      if (result.item().label() != first.item().label()) {
        contradictions.add(twin);
      }
    }
    return new ImageSurvey(
        results.stream().map(Result::problem).filter(Objects::nonNull).toList(),
        leaks,
        contradictions,
        repeated,
        range(read, Result::width),
        range(read, Result::height));
  }

  private static @Nullable Range range(List<Result> results, ToIntFunction<Result> side) {
    if (results.isEmpty()) {
      return null;
    }
    int[] sorted = results.stream().sorted(Comparator.comparingInt(side)).mapToInt(side).toArray();
    return new Range(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }
}
