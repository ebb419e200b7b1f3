package org.kgcoop.cli.sorting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.classify.AnswerForm;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.files.Folders;

/**
 * Sorts images while calls are killed, three run at once, the images change, and the folder
 * contains files and links of another person. Each image has a content of its own, so that none can
 * be lost or replaced without a difference.
 */
@DisabledOnOs(OS.WINDOWS)
class DisturbedSortingTest {
  private static final List<String> NAMES = List.of("cat", "dog", AnswerForm.NONE);
  private static final int CALLERS = 3;

  private static final ExecutorService THREADS = Executors.newFixedThreadPool(CALLERS);

  @TempDir Path folder;

  @AfterAll
  static void stop() {
    THREADS.shutdown();
  }

  @Test
  void noImageIsLostReplacedOrTakenFromOutside() throws Exception {
    for (int seed = 0; seed < 10; seed++) {
      new Round(seed).run();
    }
  }

  @Test
  @Tag("nightly")
  void noImageIsLostReplacedOrTakenFromOutsideIn500Rounds() throws Exception {
    for (int seed = 1000; seed < 1500; seed++) {
      new Round(seed).run();
    }
  }

  /** One folder of images, which calls sort until no call is disturbed. */
  private final class Round {
    private final String name;
    private final Random random;
    private final ImageSorter.Way way;
    private final Path home;
    private final Path from;
    private final Path outside;

    /** The images by content, with the number of files that must have this content. */
    private final List<String> images = new ArrayList<>();

    Round(int seed) {
      name = "seed " + seed;
      random = new Random(seed);
      way =
          random.nextInt(3) > 0
              ? ImageSorter.Way.MOVE
              : ImageSorter.Way.values()[random.nextInt(3)];
      home = folder.resolve("round-" + seed);
      from = home.resolve("from");
      outside = home.resolve("outside");
    }

    void run() throws Exception {
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        addImage();
      }
      for (String file : List.of("0.png", "cat/0.png", "list.json")) {
        Path path = outside.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "outside " + file);
      }
      Map<String, String> before = contents(outside);

      int folders = 0;
      Path out = home.resolve("out");
      Map<Path, String> foreign = random.nextInt(3) == 0 ? foreign(out) : Map.of();
      boolean isDone = false;
      for (int call = 0; !isDone && call < 100; call++) {
        List<String> refusals = new ArrayList<>();
        isDone = calls(out, call < 4 + random.nextInt(4), refusals);
        assertThat(refusals).as(name).allMatch(each -> !each.contains("\n"));
        if (!isDone && refusals.stream().anyMatch(each -> !each.contains("another call"))) {
          out = home.resolve("out-" + ++folders);
        }
        check(isDone);
        if (random.nextInt(2) == 0 && call < 4) {
          change();
          isDone = false;
        }
      }
      assertThat(isDone).as(name).isTrue();
      assertThat(contents(outside)).as(name).isEqualTo(before);
      for (Map.Entry<Path, String> each : foreign.entrySet()) {
        assertThat(each.getKey()).as(name).hasContent(each.getValue());
      }
      Folders.delete(home);
    }

    /** Adds an image. Several images may have one name, and one may have that of a moved image. */
    private void addImage() throws IOException {
      Path image = from.resolve(random.nextInt(2) + "/" + random.nextInt(6) + ".png");
      Files.createDirectories(image.getParent());
      if (!Files.exists(image)) {
        images.add(Files.writeString(image, name + " image " + images.size()).toString());
        images.set(images.size() - 1, Files.readString(image));
      }
    }

    /** Changes the images between two calls: new ones, and, of a copy, other contents. */
    private void change() throws IOException {
      addImage();
      List<Path> files = files(from);
      if (way != ImageSorter.Way.MOVE && !files.isEmpty() && random.nextInt(2) == 0) {
        Path changed = files.get(random.nextInt(files.size()));
        images.remove(Files.readString(changed));
        String content = name + " changed " + random.nextInt();
        Files.writeString(changed, content);
        images.add(content);
      }
    }

    /**
     * Runs one call or three at once, some of which are killed.
     *
     * @return true if one of them has sorted all images
     */
    private boolean calls(Path out, boolean kills, List<String> refusals) throws Exception {
      List<Path> files = files(from);
      List<Callable<Boolean>> calls = new ArrayList<>();
      int callers = random.nextInt(3) == 0 ? CALLERS : 1;
      for (int i = 0; i < callers; i++) {
        int end = kills && random.nextBoolean() ? 1 + random.nextInt(20) : Integer.MAX_VALUE;
        calls.add(() -> sort(out, files, end));
      }
      boolean isDone = false;
      for (Future<Boolean> each : THREADS.invokeAll(calls)) {
        try {
          isDone |= each.get();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof KgCoopException refusal) {
            refusals.add(String.valueOf(refusal.getMessage()));
          } else if (!(e.getCause() instanceof KilledPlacement.Killed)) {
            throw e;
          }
        }
      }
      return isDone;
    }

    private boolean sort(Path out, List<Path> files, int end) {
      ImageSorter.check(out);
      ImageSorter sorter = new ImageSorter(out, way, () -> false, new KilledPlacement(out, end));
      for (Path file : files) {
        sorter.add(file, file.getFileName().toString().charAt(0) % 3 - 1);
      }
      return sorter.arrange(NAMES, "coop", null, "clip").startsWith("" + files.size());
    }

    /** Puts a plan, links and files of another person into the folder. */
    private Map<Path, String> foreign(Path out) throws IOException {
      Map<Path, String> files = new HashMap<>();
      Files.createDirectories(out.resolve("cat"));
      for (String file : List.of("cat/0.png", "dog/1.png")) {
        if (random.nextBoolean()) {
          Path path = out.resolve(file);
          Files.createDirectories(path.getParent());
          files.put(path, "foreign " + file);
          Files.writeString(path, "foreign " + file);
        }
      }
      if (random.nextBoolean()) {
        Path link = out.resolve("cat/1.png");
        files.put(Files.createSymbolicLink(link, outside.resolve("0.png")), "outside 0.png");
      }
      if (random.nextInt(3) == 0) {
        Files.createSymbolicLink(out.resolve("none of these"), outside.resolve("cat"));
      }
      String own = random.nextInt(3) == 0 ? SortedFolder.FILE : ".kgcoop-sorting.tmp";
      if (random.nextInt(3) == 0) {
        Files.createSymbolicLink(out.resolve(own), outside.resolve("list.json"));
      }
      Path planned =
          switch (random.nextInt(3)) {
            case 0 -> outside.resolve("0.png");
            case 1 -> from.resolve("0/0.png");
            default -> home.resolve("nothing");
          };
      Files.writeString(
          out.resolve(SortingPlan.FILE),
          "{\"images\": [{\"from\": \"%s\", \"to\": \"cat/0.png\"}]}".formatted(planned));
      return files;
    }

    /** Checks that each image exists, and after the end of a move exactly once. */
    private void check(boolean isDone) throws IOException {
      Map<String, Integer> found = new HashMap<>();
      for (String content : contents(home).values()) {
        found.merge(content, 1, Integer::sum);
      }
      for (String image : images) {
        assertThat(found).as(name).containsKey(image);
        if (isDone && way == ImageSorter.Way.MOVE) {
          assertThat(found.get(image)).as(name).isEqualTo(1);
        }
      }
      if (isDone && way == ImageSorter.Way.MOVE) {
        assertThat(files(from)).as(name).isEmpty();
      }
    }

    private static List<Path> files(Path below) throws IOException {
      try (Stream<Path> all = Files.walk(below)) {
        return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
            .sorted()
            .toList();
      }
    }

    private static Map<String, String> contents(Path below) throws IOException {
      Map<String, String> contents = new TreeMap<>();
      for (Path file : files(below)) {
        contents.put(below.relativize(file).toString(), Files.readString(file));
      }
      return contents;
    }
  }
}
