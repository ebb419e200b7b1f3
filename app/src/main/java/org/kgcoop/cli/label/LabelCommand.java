package org.kgcoop.cli.label;

import static java.util.stream.Collectors.joining;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClassList;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.ListenOptions;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.cli.options.Rare;
import org.kgcoop.cli.sorting.SortingOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.files.Folders;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;
import org.kgcoop.journal.LabelJournal;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Status;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.label.LabelServer;
import org.kgcoop.serve.label.ResultsWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The command {@code label}, which labels a folder of images with the help of CLIP. */
@Command(
    name = "label",
    header = "Label a folder of images, and measure how many labels are right.",
    description = {
      "Open a page in the browser on which you label the images of a folder. kgcoop proposes"
          + " classes, learns from each answer, and chooses the images that teach it most. Random"
          + " images, which it does not learn from, measure the accuracy.",
      "Every answer is stored at once in DIR/labels.jsonl. Run the command again to resume."
    },
    footer = {
      "  ./kgcoop label --try",
      "  ./kgcoop label photos/ --classes cat,dog --clip ViT-B/32-256",
      "  ./kgcoop label photos/ --write --sort-into sorted --clip ViT-B/32-256",
      "  ./kgcoop label photos/ --simulate labels.csv --clip ViT-B/32-256",
      "DIR/labels.csv has the class of every image, and whether you or the program gave it."
    })
public final class LabelCommand implements Callable<Integer> {
  private static final int MAX_BODY_BYTES = 4 << 20;
  private static final int MAX_REQUESTS = 64;

  @Parameters(
      arity = "0..1",
      paramLabel = "FOLDER",
      description = "A folder of images, also in subfolders.")
  private @Nullable Path folder;

  @Option(
      names = "--try",
      description =
          "Label 200 embedded drawings, to try the page. They show eight things, and are copied"
              + " into label-try.")
  private boolean trial;

  @Mixin private ClassList classes = new ClassList();

  @Option(
      names = "--labeled",
      paramLabel = "DIR",
      description =
          "Train also with the images of class folders. kgcoop never asks about them, and they do"
              + " not measure the accuracy.")
  private @Nullable Path labeled;

  @Rare
  @Option(
      names = "--labels-from",
      paramLabel = "keywords",
      description =
          "Train also with the images that have a class as keyword, as photo programs write it:"
              + " keywords. kgcoop never asks about them. Without --classes, every keyword is a"
              + " class.")
  private @Nullable String labelsFrom;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Set the folder of the session (default: FOLDER.labels).")
  private @Nullable Path out;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Set the text of a class, with {} for its name (default: \"a photo of a {}.\", or \"an"
              + " icon of a {}.\" with the embedded CLIP).")
  private @Nullable String template;

  @Option(
      names = "--audit",
      paramLabel = "N",
      description =
          "Measure with N random images (default: 50). At most a quarter"
              + " of the images is used. The value 0 measures nothing.")
  private int audit = 50;

  @Option(
      names = "--target",
      paramLabel = "P",
      description =
          "Set the share to reach, in percent (default: 90). The page says that you can"
              + " stop if \"at least P %%\" of the labels agree with yours.")
  private double target = 90;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Set the random seed of the audit (default: 1).")
  private long seed = 1;

  @Option(names = "--write", description = "Write the results of a session, without a page.")
  private boolean write;

  @Mixin private SortingOptions sorting = new SortingOptions();

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Limit the final training, in minutes (default: 2).")
  private double minutes = 2;

  @Mixin private ListenOptions listen = new ListenOptions();

  @Option(names = "--no-browser", description = "Print the address, and do not open a browser.")
  private boolean noBrowser;

  @Option(
      names = "--simulate",
      paramLabel = "FILE",
      description =
          "Answer from a CSV file, without a page. It has the columns image and class. An empty"
              + " class is none of these. Prints each step; --format json one JSON object per"
              + " line.")
  private @Nullable Path simulate;

  @Option(
      names = "--mistakes",
      paramLabel = "SHARE",
      description = "Simulate a share of wrong answers (default: 0).")
  private double mistakes;

  @Option(
      names = "--until",
      paramLabel = "P",
      description = "End the simulation at P %% right (default: 100).")
  private double until = 100;

  @Mixin private ClipOptions clipOptions = new ClipOptions();

  @Mixin private Output output = new Output();

  @ParentCommand private Invocation invocation;

  /** What the page and the terminal say before the first answer. */
  private static final String WELCOME =
      "Answer 10 to 20 questions with the keys that the page shows, and then confirm pages of"
          + " proposals. Stop when the number at the top is high enough for you: every answer is"
          + " stored at once.";

  @Override
  public Integer call() {
    DataOptions.checkKeywords(labelsFrom);
    Path images = images();
    List<Path> all =
        Files.isDirectory(images)
            ? Folders.below(images, ImageNames::isImage, link -> {})
            : List.of();
    List<Path> files = all.stream().filter(file -> ImageNames.isRead(Folders.name(file))).toList();
    Optional<String> leftOut = ImageNames.leftOut(all);
    leftOut.ifPresent(output::warn);
    Map<String, String> truth = simulate == null ? Map.of() : LabelSimulation.truth(simulate);
    checkFolder(images, files);
    sorting.check();
    try (Clip clip = clipOptions.load()) {
      LabelWriter writer = new LabelWriter(clip, output, minutes, sorting);
      Labeling.Builder session = session(images, clip, truth, writer);
      List<String> warnings = new ArrayList<>(leftOut.stream().toList());
      if (PhotoWarning.isDue(clipOptions, clip, files)) {
        output.warn(PhotoWarning.TEXT);
        warnings.add(PhotoWarning.TEXT);
      }
      if (isPage()) {
        String welcome =
            WELCOME + warnings.stream().map(each -> " Warning: " + each + ".").collect(joining());
        return page(session, Labeling.folderOfSession(images, out), files.size(), writer, welcome);
      }
      try (Labeling labeling = open(session, files.size(), done -> {})) {
        if (simulate != null) {
          new LabelSimulation(output).run(labeling, truth, mistakes, until, seed);
        }
        if (write) {
          ResultsWriter.Results unused = writer.write(labeling, true, progress -> {});
        }
        return exitCode(labeling);
      }
    }
  }

  private boolean isPage() {
    return simulate == null && !write;
  }

  private int exitCode(Labeling labeling) {
    List<Path> unreadable = labeling.status().unreadable();
    if (!unreadable.isEmpty()) {
      output.error(
          "%s cannot be read and %s left out: %s"
              .formatted(
                  kinds(unreadable),
                  unreadable.size() == 1 ? "is" : "are",
                  Messages.firstOf(unreadable)));
    }
    return sorting.exitCode(unreadable.isEmpty() ? 0 : KgCoopException.Category.SKIPPED.exitCode());
  }

  /** Counts files by their kind: {@code 2 .jpg, 1 .png}. */
  private static String kinds(List<Path> files) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Path file : files) {
      String name = Folders.name(file).toLowerCase(Locale.ROOT);
      counts.merge(name.substring(name.lastIndexOf('.')), 1, Integer::sum);
    }
    return counts.entrySet().stream()
        .map(kind -> kind.getValue() + " " + kind.getKey())
        .collect(joining(", "));
  }

  /** Opens a session. Without a page, it waits until all images are read. */
  private Labeling open(Labeling.Builder session, long images, LongConsumer reading) {
    try (Progress.Task task = output.progress().start("images", images)) {
      LongConsumer progress = task::done;
      Labeling labeling = session.progress(progress.andThen(reading)).open();
      try {
        if (!isPage()) {
          labeling.awaitImages();
        }
        return labeling;
      } catch (RuntimeException | Error e) {
        labeling.close();
        throw e;
      }
    }
  }

  /**
   * Serves the page until the person closes the session, or the command is interrupted.
   *
   * @param folder the folder of the session
   * @param images the number of image files
   * @param welcome what the page says before the first answer
   * @return the exit code
   */
  private int page(
      Labeling.Builder session, Path folder, int images, LabelWriter writer, String welcome) {
    ServerSettings.Limits limits =
        new ServerSettings.Limits(
            MAX_REQUESTS, Duration.ofSeconds(30), MAX_BODY_BYTES, 0, Images.DEFAULT_MAX_PIXELS);
    ServerSettings settings =
        new ServerSettings(listen.host(), listen.port(0), ServerSettings.newToken(), limits);
    try (LabelServer server = new LabelServer(settings, folder, writer, output::error)) {
      List<String> addresses =
          listen.urlHosts().stream()
              .map(host -> "http://%s:%s/#%s".formatted(host, server.port(), settings.token()))
              .toList();
      BrowserTab tab = new BrowserTab(addresses.get(0), !noBrowser);
      AtomicBoolean isAnnounced = new AtomicBoolean();
      LongConsumer reading =
          done -> {
            server.reading(done, images);
            // Errors of the folder, the CLIP and the session come before.
            if (!isAnnounced.getAndSet(true)) {
              announce(addresses);
            }
            tab.openOnce(folder);
          };
      try (tab;
          Labeling labeling = open(session.decoded(server::decoded), images, reading)) {
        Status status = labeling.status();
        if (status.steps() == 0) {
          output.info(WELCOME);
        }
        String count = Messages.count(status.images(), "image", "images");
        output.info("%s, %s labeled; %s".formatted(count, status.labeled(), labeling.session()));
        if (status.read() < status.images()) {
          output.info(
              "label while kgcoop reads the other %s images"
                  .formatted(status.images() - status.read()));
        }
        server.open(labeling, welcome);
        reading.accept(status.read());
        boolean finished = invocation.await(server::isFinished);
        server.close();
        if (!finished) {
          output.info("all answers are stored; run the command again to continue");
          return KgCoopException.Category.INTERRUPTED.exitCode();
        }
        return exitCode(labeling);
      }
    }
  }

  private void announce(List<String> addresses) {
    record Announced(String address, List<String> addresses) {}
    output.json(new Announced(addresses.get(0), addresses));
    output.print("label in the browser: " + addresses.get(0));
    addresses.stream().skip(1).forEach(each -> output.print("on another machine: " + each));
    output.out().flush();
  }

  /** Rejects a folder of class folders, whose images are labeled already. */
  private void checkFolder(Path images, List<Path> files) {
    Path session = Labeling.folderOfSession(images, out);
    if (RunFolders.hasTags(session)) {
      throw KgCoopException.configuration(session + ": holds tags; choose another --out");
    }
    if (classes.isGiven() || Files.exists(session.resolve(LabelJournal.FILE))) {
      return;
    }
    List<Path> below = files.stream().map(images::relativize).toList();
    List<String> folders =
        below.stream().map(file -> file.getName(0).toString()).distinct().sorted().toList();
    if (folders.size() >= 2 && below.stream().allMatch(file -> file.getNameCount() == 2)) {
      throw KgCoopException.configuration(
          ("%1$s: all images are in %2$s class folders (%3$s), so they are labeled. Use `./kgcoop"
                  + " adapt %1$s`, or label other images with --labeled %1$s. If the folders are no"
                  + " classes, name the classes with --classes")
              .formatted(images, folders.size(), Messages.firstOf(folders)));
    }
  }

  private Path images() {
    if (trial) {
      Path into = folder == null ? Path.of("label-try") : folder;
      TrialDrawings.copy(into, output::warn);
      return into;
    }
    if (folder == null) {
      throw KgCoopException.configuration("expected a folder of images, or --try");
    }
    return folder;
  }

  private Labeling.Builder session(
      Path images, Clip clip, Map<String, String> truth, LabelWriter writer) {
    Set<String> names = new LinkedHashSet<>(classes.names());
    if (names.isEmpty() && trial) {
      names.addAll(TrialDrawings.classNames());
    }
    if (names.size() < 2) { // a simulated person knows all classes
      truth.values().stream().filter(name -> !name.isEmpty()).sorted().forEach(names::add);
    }
    Labeling.Builder session =
        Labeling.of(images, clip)
            .classes(List.copyOf(names))
            .template(template == null ? clipOptions.template() : template)
            .keywords(labelsFrom != null)
            .cache(UserFolders.cache("features"))
            .audit(audit)
            .target(target)
            .seed(seed)
            .warnings(output::warn)
            .cancelled(() -> invocation.interrupted() || writer.isStopped());
    if (out != null) {
      session.session(out);
    }
    if (labeled != null) {
      session.labeled(labeled);
    }
    return session;
  }
}
