package org.kgcoop.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.features.FeaturePipeline.Outcome;
import org.kgcoop.features.FeaturePipeline.View;
import org.kgcoop.files.Digest;
import org.kgcoop.files.DigestTable;
import org.kgcoop.files.MemoryBudget;
import org.kgcoop.image.Images;
import org.kgcoop.progress.FeatureProgress;

/**
 * One pass over requests for features. It finds the stored features of all requests first. It reads
 * these from the store, and encodes the other images at the same time. New features are stored,
 * {@value #STORED} per file, so an interruption loses fewer.
 */
final class FeaturePass {
  /** The number of new features that are written together. */
  private static final int STORED = 256;

  /** The number of stored features that are read together. */
  private static final int BLOCK = 1024;

  /** The number of encoded features after which they are passed on. */
  private static final int ENCODED = 32;

  private final ViewEncoder encoder;
  private final ImageHashes hashes;
  private final FeatureStore store;
  private final List<ViewEncoder.Request> requests;
  private final FeatureProgress progress;
  private final ObjIntConsumer<Feature> sink;
  private final BiConsumer<Path, KgCoopException> problems;

  /** The place of the stored feature of each request, or {@link DigestTable#ABSENT}. */
  private final long[] places;

  /** The keys of images that this pass has decoded, to encode copies only once. */
  private final Set<String> decoded = ConcurrentHashMap.newKeySet();

  private final Map<String, Feature> unstored = new LinkedHashMap<>(); // by key
  private long done;

  /**
   * Creates a pass, and finds the stored features.
   *
   * @param stamps returns the stamps of the images, which are needed only if the store keeps
   *     features
   * @param problems receives the images that cannot be read
   * @param progress receives the number of available features
   * @param sink receives the features, by the position of their request
   */
  FeaturePass(
      ViewEncoder encoder,
      ImageHashes hashes,
      FeatureStore store,
      List<ViewEncoder.Request> requests,
      Supplier<@Nullable Digest[]> stamps,
      BiConsumer<Path, KgCoopException> problems,
      FeatureProgress progress,
      ObjIntConsumer<Feature> sink) {
    this.encoder = encoder;
    this.hashes = hashes;
    this.store = store;
    this.requests = requests;
    this.progress = progress;
    this.sink = sink;
    this.problems = problems;
    this.places = new long[requests.size()];
    Arrays.fill(places, DigestTable.ABSENT);
    if (store.keeps()) {
      store.refresh();
      hashes.stored(
          stamps.get(),
          (i, image, header) ->
              places[i] = store.place(encoder.digest(requests.get(i), image, header)));
    }
    done = LongStream.of(places).filter(place -> place != DigestTable.ABSENT).count();
    if (done < places.length) {
      store.prepare();
    }
    progress.doneBefore(done);
  }

  /** Passes features on in the order of the requests. */
  void inOrder() {
    inOrder(IntStream.range(0, places.length).toArray());
    progress.done(places.length);
  }

  /**
   * Passes stored features on in any order and on several threads, and then the others. Each file
   * of features is read once.
   */
  void inAnyOrder() {
    boolean[] taken = new boolean[places.length];
    store.read(
        places,
        /* parallel= */ true,
        (feature, i) -> {
          taken[i] = true;
          sink.accept(feature, i);
        });
    int[] left = IntStream.range(0, places.length).filter(i -> !taken[i]).toArray();
    for (int i : left) {
      places[i] = DigestTable.ABSENT; // in a damaged file, or not stored
    }
    inOrder(left);
    progress.done(places.length);
  }

  private void inOrder(int[] order) {
    int[] missing = Arrays.stream(order).filter(i -> places[i] == DigestTable.ABSENT).toArray();
    try (FeaturePipeline<Integer> pipeline = pipeline(missing, /* again= */ false)) {
      List<Outcome<Integer>> block = new ArrayList<>();
      int encoded = 0;
      for (int i : order) {
        if (places[i] != DigestTable.ABSENT) {
          block.add(new Outcome<>(i, List.of(), null)); // a stored one
        } else {
          block.add(kept(pipeline.next()));
          encoded++;
        }
        if (block.size() == BLOCK || encoded == ENCODED) {
          pass(block);
          block.clear();
          encoded = 0;
        }
      }
      pass(block);
    } finally { // keeps the encoded features even if the user cancels
      hashes.flush();
      store(1);
    }
  }

  private FeaturePipeline<Integer> pipeline(int[] order, boolean again) {
    return new FeaturePipeline<>(
        encoder, Arrays.stream(order).iterator(), i -> prepared(i, again), /* readers= */ 1);
  }

  /**
   * Reads an image. It is not decoded if its feature is known.
   *
   * @param again true to decode it in any case, because its feature is lost
   */
  private List<View> prepared(int i, boolean again) {
    try (MemoryBudget.Part part = FeaturePipeline.FILES.take(size(requests.get(i)))) {
      return read(i, again);
    }
  }

  private static long size(ViewEncoder.Request request) {
    try {
      return Files.size(request.item().file());
    } catch (IOException e) {
      return 0; // reading reports the reason
    }
  }

  private List<View> read(int i, boolean again) {
    ViewEncoder.Request request = requests.get(i);
    Path file = request.item().file();
    if (!store.keeps()) { // the key is not used, so its parts are not computed
      return List.of(new View("", encoder.view(request, Images.bytes(file))));
    }
    ImageHashes.Content content = hashes.read(file);
    String key = encoder.key(request, content.known());
    boolean isKnown = !again && (store.place(key) != DigestTable.ABSENT || !decoded.add(key));
    return List.of(new View(key, isKnown ? null : encoder.view(request, content.bytes())));
  }

  /** Counts an image, and keeps its feature if it is new. */
  private Outcome<Integer> kept(Outcome<Integer> outcome) {
    done++;
    if (outcome.problem() != null) {
      return outcome;
    }
    View view = outcome.views().get(0);
    if (view.feature() == null) {
      progress.doneBefore(1);
      return outcome;
    }
    if (store.keeps()) {
      unstored.put(view.key(), view.feature());
      store(STORED);
    }
    progress.done(done);
    return outcome;
  }

  private void store(int least) {
    if (unstored.size() >= least) {
      Map<String, Feature> features = new LinkedHashMap<>(unstored);
      unstored.clear(); // first, so that a failure is not repeated
      hashes.flush(); // first, because features are of no use without the hashes of their images
      store.store(features);
    }
  }

  /** Reads the stored features of a block, and passes all on in order. */
  private void pass(List<Outcome<Integer>> block) {
    @Nullable Feature[] features = new Feature[block.size()];
    long[] wanted = new long[block.size()];
    Arrays.fill(wanted, DigestTable.ABSENT);
    for (int i = 0; i < wanted.length; i++) {
      Outcome<Integer> each = block.get(i);
      for (View view : each.views()) { // one, if the image was read
        features[i] = view.feature() == null ? unstored.get(view.key()) : view.feature();
        wanted[i] = features[i] == null ? store.place(view.key()) : DigestTable.ABSENT;
      }
      if (each.views().isEmpty() && each.problem() == null) {
        wanted[i] = places[each.image()];
      }
    }
    store.read(wanted, /* parallel= */ false, (feature, i) -> features[i] = feature);
    int[] lost =
        IntStream.range(0, wanted.length)
            .filter(i -> features[i] == null && block.get(i).problem() == null)
            .map(i -> block.get(i).image())
            .toArray();
    Map<Integer, Outcome<Integer>> repeated = lost.length == 0 ? Map.of() : encodedAgain(lost);
    for (int i = 0; i < features.length; i++) {
      Outcome<Integer> each = repeated.getOrDefault(block.get(i).image(), block.get(i));
      if (each.problem() != null) {
        problems.accept(requests.get(each.image()).item().file(), each.problem());
      } else {
        Feature feature = features[i] == null ? each.views().get(0).feature() : features[i];
        sink.accept(Objects.requireNonNull(feature), each.image());
      }
    }
  }

  /** Encodes images whose features are in a damaged file, or copies of an unreadable image. */
  private Map<Integer, Outcome<Integer>> encodedAgain(int[] lost) {
    Map<Integer, Outcome<Integer>> again = new HashMap<>();
    done -= lost.length;
    try (FeaturePipeline<Integer> pipeline = pipeline(lost, /* again= */ true)) {
      while (pipeline.hasNext()) {
        Outcome<Integer> outcome = kept(pipeline.next());
        again.put(outcome.image(), outcome);
      }
    }
    return again;
  }
}
