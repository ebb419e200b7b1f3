package org.kgcoop.example;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Embedder;
import org.kgcoop.api.Tag;
import org.kgcoop.api.TagPromise;
import org.kgcoop.api.train.Adaptation;
import org.kgcoop.api.train.Training;
import org.kgcoop.api.train.TrainingListener;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.Crop;
import org.kgcoop.image.ImageHeader;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;
import org.kgcoop.image.Orientation;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Answered;
import org.kgcoop.label.Audit;
import org.kgcoop.label.LabelExample;
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.Sender;
import org.kgcoop.label.Share;
import org.kgcoop.label.Status;
import org.kgcoop.label.UndoOffer;
import org.kgcoop.label.Undone;
import org.kgcoop.label.View;
import org.kgcoop.label.Written;

/** Calls the public methods of the API once each, with types of the API only. */
public final class ApiTour {
  private final Clip clip;
  private final Path photos;
  private final Path image;
  private final Path out;

  /** Prepares the calls with a folder of class folders, one of its images, and a new folder. */
  public ApiTour(Clip clip, Path photos, Path image, Path out) {
    this.clip = clip;
    this.photos = photos;
    this.image = image;
    this.out = out;
  }

  /** Trains a classifier, and returns what the listener received. */
  public List<Object> train() {
    List<Object> received = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void step(Step step) {
            TrainingListener.super.message("step");
            TrainingListener.super.progress("step", 1, 1);
            received.addAll(List.of(step.number(), step.epoch(), step.epochs(), step.rate()));
            received.addAll(List.of(step.losses(), step.loss()));
          }
        };
    Training.Outcome run =
        Training.of(clip, photos)
            .method("kgcoop")
            .set("context_tokens", 2)
            .training("epochs", 1)
            .calibrated()
            .allShots()
            .shots(2)
            .seed(2)
            .template("a {}.")
            .cache(out.resolve("cache"))
            .listener(listener)
            .cancelledBy(() -> false)
            .into(out.resolve("run"));
    received.add(run.folder());
    received.add(run.accuracy());
    return received;
  }

  /** Adapts to the images, and returns the result. */
  public Adaptation.Outcome adapt(Path plan) {
    Adaptation.Outcome best =
        Adaptation.of(clip, photos)
            .minutes(1)
            .plan(plan)
            .unseen("horse")
            .shots(2)
            .seed(1)
            .labels("random")
            .unknown(photos)
            .skippingUnreadable()
            .template("a {}.")
            .cache(out.resolve("cache"))
            .listener(step -> {})
            .cancelledBy(() -> false)
            .into(out.resolve("adapted"));
    best.expected()
        .ifPresent(a -> check(a.low() <= a.percent() && a.percent() <= a.high() && a.images() > 0));
    check(best.folder().endsWith("adapted") && !best.method().isEmpty());
    return best;
  }

  /** Classifies the image in every form. */
  public void classify(Path run) throws IOException {
    ClassifierFile file = ClassifierFile.read(run.resolve("classifier.safetensors"));
    check(file.clipFingerprint().equals(clip.fingerprint()));
    byte[] bytes = Files.readAllBytes(image);
    BufferedImage buffered = javax.imageio.ImageIO.read(image.toFile());
    RgbImage pixels = RgbImage.of(buffered);
    try (Classifier own = Classifier.load(run);
        Classifier given = Classifier.load(run, clip);
        Classifier other = Classifier.of(file, clip, List.of("cow", "owl"));
        Classifier zeroShot = Classifier.zeroShot(clip, file.classNames(), "a {}.")) {
      Classification expected = own.classify(image);
      check(expected.equals(given.classify(bytes)) && expected.hashCode() != 0);
      check(expected.equals(given.classify(new ByteArrayInputStream(bytes))));
      check(expected.equals(given.classify(buffered)) && expected.equals(given.classify(pixels)));
      check(expected.equals(given.classifyAll(List.of(image)).get(0)));
      check(expected.equals(given.ofFeatures(given.features(List.of(image))).get(0)));
      check(given.classFeatures().orElseThrow().length == given.classNames().size());
      check(!given.hasOwnEncoder() && given.method().equals("kgcoop"));
      check(given.temperature() > 0 && given.threshold().isPresent());
      check(given.template().equals("a {}.") && other.classNames().contains("cow"));
      check(zeroShot.classify(image).isAccepted());
      Classification.Candidate best = expected.best();
      check(best.equals(expected.top(1).get(0)) && best.equals(expected.ranking().get(0)));
      check(best.probability() == expected.probabilities()[best.index()]);
      check(best.toString().startsWith(best.className()));
      check(expected.toString().equals(best.toString()));
      groups(expected, given);
    }
  }

  /** Gives tags to the image in every form. */
  public void tags(Path run) throws IOException {
    byte[] bytes = Files.readAllBytes(image);
    RgbImage pixels = RgbImage.of(javax.imageio.ImageIO.read(image.toFile()));
    try (Classifier classifier = Classifier.load(run, clip)) {
      check(classifier.hasTags() && classifier.classNames().isEmpty());
      List<Tag> expected = classifier.tags(image);
      check(expected.equals(classifier.tags(bytes)) && expected.equals(classifier.tags(pixels)));
      check(expected.equals(classifier.tags(new ByteArrayInputStream(bytes))));
      check(expected.equals(classifier.tags(pixels.toBufferedImage())));
      List<Tag> all = classifier.tagsOfFeatures(classifier.features(List.of(image))).get(0);
      check(all.stream().filter(tag -> tag.written()).toList().equals(expected));
      for (TagPromise tag : classifier.tagPromises()) {
        check(!tag.name().isEmpty() && tag.images() >= 0 && !tag.by().isEmpty());
        check(tag.promise() != null && tag.finds() != null && !tag.unknown());
      }
      for (Tag tag : expected) {
        check(tag.score() >= tag.threshold() && !tag.name().isEmpty());
      }
    }
  }

  private void groups(Classification answer, Classifier classifier) throws IOException {
    StringBuilder csv = new StringBuilder("class,group\n");
    classifier.classNames().forEach(name -> csv.append(name).append(",animals\n"));
    Path file = Files.writeString(out.resolve("groups.csv"), csv);
    ClassGroups groups = ClassGroups.read(file, classifier.classNames());
    ClassGroups.Group group = answer.groups(groups).get(0);
    check(group.equals(groups.best(answer.probabilities(), 0).get(0)) && group.accepted());
    check(group.level().equals(groups.levels().get(0)) && group.probability() > 0.99);
    check(groups.names(0).equals(List.of(groups.groupOf(0, 0))));
    check(groups.forClasses(classifier.classNames().subList(0, 1)).names(0).size() == 1);
  }

  /** Computes features of the image in every form, and of texts. */
  public void embed() throws IOException {
    Embedder embedder = Embedder.unit(clip);
    byte[] bytes = Files.readAllBytes(image);
    BufferedImage buffered = javax.imageio.ImageIO.read(image.toFile());
    Map<String, float[]> all =
        Map.of(
            "path", embedder.embed(image),
            "bytes", embedder.embed(bytes),
            "stream", embedder.embed(new ByteArrayInputStream(bytes)),
            "buffered", embedder.embed(buffered),
            "pixels", embedder.embed(RgbImage.of(buffered)),
            "several", embedder.embedAll(List.of(image)).get(0));
    all.values().forEach(each -> check(java.util.Arrays.equals(each, all.get("path"))));
    check(Embedder.raw(clip).embedText("a cat").length == embedder.width());
    check(embedder.embedTexts(List.of("a cat", "a dog")).size() == 2);
  }

  /** Labels the images, in a session of its own. */
  public void label() {
    Path folder = photos.resolve("test");
    Labeling.Builder settings =
        Labeling.of(folder, clip)
            .decoded((file, picture) -> check(picture.width() > 0))
            .classes("cat", "dog")
            .session(out.resolve("session"))
            .labeled(photos.resolve("train"))
            .keywords(false)
            .template("a photo of a {}")
            .cache(out.resolve("features"))
            .audit(50)
            .target(90)
            .pageSize(20)
            .seed(1)
            .warnings(warning -> {})
            .progress(images -> {})
            .cancelled(() -> false);
    try (Labeling labeling = settings.open()) {
      check(labeling.folder().equals(folder));
      check(labeling.session().equals(Labeling.folderOfSession(folder, out.resolve("session"))));
      check(labeling.readingProblem().isEmpty());
      labeling.awaitImages();
      check(!labeling.images().isEmpty() && !labeling.overview(1).isEmpty());
      check(labeling.current().size() == labeling.images().size());
      check(labeling.likely(labeling.images().get(0), 1).size() == 1);
      check(!labeling.examples().isEmpty());
      check(labeling.changes().isEmpty());
      for (LabelExample example : labeling.examples()) {
        check(example.file().endsWith(example.path()));
        check(example.file().startsWith(photos) && !example.name().isEmpty());
      }
      answers(labeling);
      classes(labeling);
      labeling.upcoming("").forEach(each -> check(!each.isAbsolute()));
      Status status = labeling.status();
      check(status.labeled() > status.audited() && status.auditSize() == 0 && status.steps() == 2);
      check(status.images() == status.read() && status.none() + status.skipped() == 0);
      check(status.noneProposed() >= 0 && status.target() == 0.9 && status.joined() == 0);
      check(status.unreadable().isEmpty() && !status.canStop());
      for (Status.ClassCount count : status.classes()) {
        check(count.labeled() + count.proposed() >= 0);
        check(labeling.className(count.number()).orElseThrow().equals(count.name()));
      }
      accuracy(labeling.accuracy());
      for (LabeledImage labeled : labeling.results()) {
        check(labeled.probability() <= 1 && !labeled.source().name().isEmpty());
        check(labeled.key().contains(labeled.image().getFileName().toString()));
      }
      Written written = labeling.write(out.resolve("labeled"), 0.01, step -> {});
      check(written.classifier().isPresent() == written.problem().isEmpty());
      check(written.labels().endsWith("labels.csv") && !written.results().isEmpty());
      check(written.agreeing() <= written.compared());
      labeling.finish();
    }
    Share share = Audit.newImages(9, 10);
    check(share.low() < share.atLeast() && share.atLeast() < share.estimate());
    Audit.Remaining remaining = new Audit.Remaining(10, 5, 0, 0);
    check(remaining.images() - remaining.sample() > remaining.wrong() + remaining.chosen());
    check(Audit.folder(remaining, 0, 0, 20, 5, 1).high() == 1);
  }

  private static void accuracy(Accuracy accuracy) {
    check(accuracy.state() == Accuracy.State.NOT_MEASURED && accuracy.checkLeft() == 0);
    accuracy.folder().ifPresent(share -> check(share.low() <= share.high() && share.sample() > 9));
    accuracy.newImages().ifPresent(share -> check(share.atLeast() > 0));
    accuracy.check().ifPresent(done -> check(done.kept() <= done.asked() && done.atLeast() > 0));
    check(accuracy.joined().images() == 0 && accuracy.joined().auditLeft() == 0);
  }

  private static void classes(Labeling labeling) {
    labeling.addClasses(Sender.of("a person"), List.of("heron", "eagle", "bird"));
    labeling.rename(Sender.of("a person"), "heron", "gray heron");
    labeling.merge(Sender.of("a person"), "eagle", "bird");
    UndoOffer offer = labeling.undoable("a person").orElseThrow();
    UndoOffer.ClassChange merger = (UndoOffer.ClassChange) offer;
    check(merger.change() == UndoOffer.Change.MERGED && merger.name().equals("eagle"));
    Undone undone = labeling.undo(Sender.of("a person")).orElseThrow();
    check(undone.former().isEmpty() && undone.kind().equals(undone.kind()));
    labeling.delete(Sender.of("a person"), "bird");
    check(labeling.classes().containsAll(List.of("eagle", "gray heron")));
  }

  private static void answers(Labeling labeling) {
    labeling.seen("a person");
    Page page = labeling.next("a person");
    Map<Path, String> answers = new HashMap<>();
    page.images().forEach(each -> answers.put(each, "cat"));
    check(page.likely().size() == page.images().size() && page.former().isEmpty());
    check(page.proposed() == null || page.kind().id().equals("page") && !page.kind().isBlind());
    check(labeling.openPage("a person").orElseThrow().images().equals(page.images()));
    Sender sender = new Sender("a person", 1);
    Answered answered = labeling.answer(sender, page.number(), List.of(), answers, 2.5);
    check(labeling.lastNumber(sender.person()) == sender.number());
    check(
        answered.step() > 0
            && answered.leftOut().isEmpty()
            && answered.changed().isEmpty()
            && answered.differs().isEmpty());
    UndoOffer.Answers offer = (UndoOffer.Answers) labeling.undoable("a person").orElseThrow();
    check(offer.images() == answers.size() && offer.kind() == page.kind());
    check(labeling.undo(Sender.of("a person")).orElseThrow().images().size() == answers.size());
    labeling.leave("a person");
    Page again = labeling.next();
    answers.clear();
    again.images().forEach(each -> answers.put(each, "dog"));
    labeling.answer(again, answers);
    labeling.prepareViews();
    int[] shown = labeling.view(View.all());
    LabeledImage first = labeling.labels(List.of(shown[0])).get(0);
    check(labeling.images().get(shown[0]).equals(first.image()));
    labeling.choose(Sender.of("a person"), List.of(), Map.of(again.images().get(0), "cat"));
    try {
      labeling.decide(
          Sender.of("a person"), again.number(), again.images().get(0), List.of(), "dog");
    } catch (RuntimeException e) {
      check(!e.getMessage().isEmpty()); // there is no check
    }
  }

  /** Reads the image, and changes its pixels. */
  public void images() throws IOException {
    check(ImageNames.in(image.getParent()).contains(image));
    check(ImageNames.isRead("a.png") && ImageNames.isImage("a.heic"));
    check(ImageNames.leftOut(List.of(image)).isEmpty());
    check(Images.decoded() > 0);
    byte[] bytes = Images.bytes(image);
    check(bytes.length == Images.bytes(new ByteArrayInputStream(bytes)).length);
    Images images = new Images(warning -> {});
    RgbImage read = images.readUpright(image);
    check(read.equals(images.read(image)) && read.hashCode() == images.read(image).hashCode());
    check(read.equals(images.decode(bytes, "image")));
    check(read.equals(images.withoutHeif().decode(bytes, "image")));
    check(read.equals(images.decodeUpright(bytes, "image")));
    check(images.decode(bytes, "image", RgbImage::width) == read.width());
    ImageHeader header = ImageHeader.of(bytes);
    Reduction reduction = Reduction.toShorterSide(read.height());
    check(reduction.of(read.width(), read.height()) == 1 && header.divisor(Reduction.NONE) == 1);
    check(Reduction.toLongerSide(read.height()).of(read.height(), 1) == 1);
    check(header.orientation() == Orientation.of(bytes));
    check(header.width() == 0 && header.height() == 0 || header.width() == read.width());
    check(images.decodeUpright(bytes, "image", reduction, image -> image).equals(read));
    check(read.equals(read.upright(Orientation.of(bytes))) && read.equals(read.crop(read.whole())));
    check(read.equals(read.flipped().flipped()));
    check(read.rgb().length == 3 * read.width() * read.height());
    check(read.sample(0, 0, 2) == (read.toBufferedImage().getRGB(0, 0) & 0xFF));
    check(read.whole().left() == 0);
    new Crop(0, 0, 1, 1).checkInside(read.width(), read.height());
  }

  /** Uses the embedded data sets. */
  public void embedded() {
    Training.ofEmbedded(clip, "places");
    Adaptation.ofEmbedded(clip, "places");
    try {
      Clip.load("hf:kgcoop-test/there-is-no-such-model", question -> false);
      check(false);
    } catch (KgCoopException e) {
      check(e.category() == KgCoopException.Category.IO);
    }
  }

  private static void check(boolean fact) {
    if (!fact) {
      throw new IllegalStateException("not as documented");
    }
  }
}
