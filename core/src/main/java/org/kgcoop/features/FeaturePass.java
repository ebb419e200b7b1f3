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
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeaturePipeline.KeyedView;
import org.kgcoop.features.FeaturePipeline.Processed;
import org.kgcoop.files.DigestTable;
import org.kgcoop.files.MemoryBudget;

/**
 * One pass over the features of a request. It finds the stored ones first. It reads these from the
 * store, and encodes the other images at the same time. New features are stored, {@value #STORED}
 * per file, so an interruption loses fewer.
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
  private final FeatureRequest request;
  private final ObjIntConsumer<Feature> sink;

  /** The place of each feature that is stored, or {@link DigestTable#ABSENT}. */
  private final long[] places;

  /** The keys of images that this pass has decoded, to encode copies only once. */
  private final Set<String> decoded = ConcurrentHashMap.newKeySet();

  private final Map<String, Feature> unstored = new LinkedHashMap<>(); // by key
  private long done;

  /**
   * Creates a pass, and finds the stored features.
   *
   * @param sink receives the features and their positions in the request
   */
  FeaturePass(
      ViewEncoder encoder,
      ImageHashes hashes,
      FeatureStore store,
      FeatureRequest request,
      ObjIntConsumer<Feature> sink) {
    this.encoder = encoder;
    this.hashes = hashes;
    this.store = store;
    this.request = request;
    this.sink = sink;
    this.places = new long[request.size()];
    Arrays.fill(places, DigestTable.ABSENT);
    if (store.keeps()) {
      store.refresh();
      int items = request.items().size();
      hashes.stored(
          request.stamps().get(),
          (item, image, header) -> {
            for (int i = item; i < places.length; i += items) { // its views
              places[i] =
                  store.place(encoder.digest(request.item(i), request.view(i), image, header));
            }
          });
    }
    done = LongStream.of(places).filter(place -> place != DigestTable.ABSENT).count();
    if (done < places.length) {
      store.prepare();
    }
    request.progress().doneBefore(done);
  }

  /** Passes features on in the order of the request. */
  void inOrder() {
    inOrder(IntStream.range(0, places.length).toArray());
    request.progress().done(places.length);
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
    request.progress().done(places.length);
  }

  private void inOrder(int[] order) {
    int[] missing = Arrays.stream(order).filter(i -> places[i] == DigestTable.ABSENT).toArray();
    try (FeaturePipeline<Integer> pipeline = pipeline(missing, /* again= */ false)) {
      List<Processed<Integer>> block = new ArrayList<>();
      int encoded = 0;
      for (int i : order) {
        if (places[i] != DigestTable.ABSENT) {
          block.add(new Processed<>(i, List.of(), null)); // a stored one
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
  private List<KeyedView> prepared(int i, boolean again) {
    try (MemoryBudget.Part part = FeaturePipeline.FILES.take(size(request.item(i).file()))) {
      return read(i, again);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // reading reports the reason
    }
  }

  private List<KeyedView> read(int i, boolean again) {
    Item item = request.item(i);
    ImageView view = request.view(i);
    if (!store.keeps()) { // the key is not used, so its parts are not computed
      return List.of(new KeyedView("", encoder.view(item, view)));
    }
    ImageHashes.Content content = hashes.read(item.file());
    String key = encoder.key(item, view, content.known());
    boolean isKnown = !again && (store.place(key) != DigestTable.ABSENT || !decoded.add(key));
    return List.of(new KeyedView(key, isKnown ? null : encoder.view(item, view, content.bytes())));
  }

  /** Counts an image, and keeps its feature if it is new. */
  private Processed<Integer> kept(Processed<Integer> next) {
    done++;
    if (next.problem() != null) {
      return next;
    }
    KeyedView view = next.views().get(0);
    if (view.feature() == null) {
      request.progress().doneBefore(1);
      return next;
    }
    if (store.keeps()) {
      unstored.put(view.key(), view.feature());
      store(STORED);
    }
    request.progress().done(done);
    return next;
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
  private void pass(List<Processed<Integer>> block) {
    @Nullable Feature[] features = new Feature[block.size()];
    long[] wanted = new long[block.size()];
    Arrays.fill(wanted, DigestTable.ABSENT);
    for (int i = 0; i < wanted.length; i++) {
      Processed<Integer> each = block.get(i);
      for (KeyedView view : each.views()) { // one, if the image was read
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
    Map<Integer, Processed<Integer>> repeated = lost.length == 0 ? Map.of() : encodedAgain(lost);
    for (int i = 0; i < features.length; i++) {
      Processed<Integer> each = repeated.getOrDefault(block.get(i).image(), block.get(i));
      if (each.problem() != null) {
        request.unreadable().accept(request.item(each.image()).file(), each.problem());
      } else {
        Feature feature = features[i] == null ? each.views().get(0).feature() : features[i];
        sink.accept(Objects.requireNonNull(feature), each.image());
      }
    }
  }

  /** Encodes images whose features are in a damaged file, or copies of an unreadable image. */
  private Map<Integer, Processed<Integer>> encodedAgain(int[] lost) {
    Map<Integer, Processed<Integer>> again = new HashMap<>();
    done -= lost.length;
    try (FeaturePipeline<Integer> pipeline = pipeline(lost, /* again= */ true)) {
      while (pipeline.hasNext()) {
        Processed<Integer> next = kept(pipeline.next());
        again.put(next.image(), next);
      }
    }
    return again;
  }
}
