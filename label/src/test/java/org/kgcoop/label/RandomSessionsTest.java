package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Json;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.Kind;

/**
 * Random sessions of two persons: answers, parts of pages, undo, classes, merges, choices, checks,
 * kills, requests that arrive twice, images that join and leave, and files that are renamed and
 * replaced. A plain model says which label each picture has.
 */
class RandomSessionsTest {
  private static final int WIDTH = 6;
  private static final List<String> PERSONS = List.of("ann", "bob");
  private static final List<Kind> KINDS =
      List.of(Kind.AUDIT, Kind.MORE_AUDIT, Kind.UNUSUAL, Kind.SKIPPED, Kind.NONE_AGAIN, Kind.CHECK);

  @Test
  void eachSessionIsWhatAPlainModelSaysAndCanBePlayedToItsEnd() {
    for (int seed = 0; seed < 20; seed++) {
      new Session(seed).play();
    }
  }

  @Test
  @Tag("nightly")
  void aThousandSessionsAreWhatAPlainModelSays() {
    for (int seed = 1_000; seed < 2_000; seed++) {
      new Session(seed).play();
    }
  }

  /** What a person did: a change of labels or classes by numbers that only the model knows. */
  private record Action(
      String person,
      boolean isCheck,
      Map<String, Integer> labels,
      int added,
      int renamed,
      String name,
      int merged,
      int into,
      int deleted) {
    static Action answer(String person, boolean isCheck, Map<String, Integer> labels) {
      return new Action(person, isCheck, labels, -1, -1, "", -1, -1, -1);
    }
  }

  /** The labels and names after some actions; null if they do not fit together. */
  private static final class Model {
    final Map<Integer, String> names = new TreeMap<>(); // by number
    final Map<Integer, Integer> into = new HashMap<>();
    final Map<String, Integer> labels = new TreeMap<>();
    final Map<Integer, String> merged = new TreeMap<>(); // names of merged classes
    private final Set<String> folder;
    private Map<String, Integer> drawn = Map.of(); // the labels when the last check was drawn
    private final Set<String> undecided = new TreeSet<>();

    private Model(Set<String> folder) {
      this.folder = folder;
    }

    static @Nullable Model of(Collection<Action> actions, List<String> first, Set<String> folder) {
      Model model = new Model(folder);
      first.forEach(name -> model.names.put(model.names.size(), name));
      for (Action action : actions) {
        if (!model.add(action)) {
          return null;
        }
      }
      return model;
    }

    int label(int number) {
      int at = number;
      while (into.containsKey(at)) {
        at = into.getOrDefault(at, at);
      }
      return at;
    }

    private boolean isFree(String name, int number) {
      return names.entrySet().stream()
          .noneMatch(each -> each.getKey() != number && each.getValue().equals(name));
    }

    private boolean add(Action action) {
      if (action.person.isEmpty()) { // a check is drawn
        drawn = Map.copyOf(labels);
        undecided.clear();
        return true;
      }
      if (action.added >= 0) {
        boolean fits = isFree(action.name, action.added);
        names.put(action.added, action.name);
        if (!fits) {
          return false;
        }
      }
      if (action.renamed >= 0) {
        boolean fits = names.containsKey(action.renamed) && isFree(action.name, action.renamed);
        names.put(action.renamed, action.name);
        return fits;
      }
      if (action.merged >= 0) {
        String name = names.remove(action.merged);
        into.put(action.merged, action.into);
        merged.put(action.merged, Objects.requireNonNullElse(name, ""));
        return names.containsKey(action.into) && name != null;
      }
      if (action.deleted >= 0) {
        boolean isUsed = labels.values().stream().anyMatch(each -> label(each) == action.deleted);
        return names.remove(action.deleted) != null && !isUsed;
      }
      for (Map.Entry<String, Integer> each : action.labels.entrySet()) {
        int label = each.getValue();
        if (label >= 0 && !names.containsKey(label(label))) {
          return false;
        }
        if (!folder.contains(each.getKey())) {
          continue;
        }
        if (action.isCheck && drawn.getOrDefault(each.getKey(), JournalEntry.SKIP) >= -1) {
          check(each.getKey(), label);
        } else {
          labels.put(each.getKey(), label);
        }
      }
      return true;
    }

    private void check(String image, int label) {
      boolean isSame = label(labels.getOrDefault(image, JournalEntry.SKIP)) == label(label);
      boolean isDecision = undecided.remove(image);
      if (label != JournalEntry.SKIP && isDecision) {
        labels.put(image, label);
      } else if (label != JournalEntry.SKIP && !isSame) {
        undecided.add(image);
      }
    }
  }

  private static final class Session {
    private final Random random;
    private final long seed;
    private final TreeMap<String, float[]> folder = new TreeMap<>();
    private final Map<String, Integer> truth = new HashMap<>();
    private final List<float[]> centers = new ArrayList<>();
    private final MemorySource.Entries journal = new MemorySource.Entries();
    private final List<Action> actions = new ArrayList<>();
    private final List<String> first = List.of("c0", "c1", "c2");
    private final Map<String, Page> pages = new HashMap<>();
    private Instant now = Instant.EPOCH;
    private final Map<String, String> contents = new TreeMap<>(); // of the files
    private final Set<String> gone = new TreeSet<>(); // images whose file was found to be another
    private final Map<String, Long> sent = new HashMap<>(); // the last number of each person
    private int numbers = 3;
    private int added; // images
    private int pictures;
    private final Set<String> replaced = new TreeSet<>(); // since the session was opened
    private int checks;
    private Labeling labeling;

    Session(long seed) {
      this.seed = seed;
      random = new Random(seed);
      for (int c = 0; c < 5; c++) {
        centers.add(MemorySource.feature(random.doubles(WIDTH, -1, 1).toArray()));
      }
      join(30 + random.nextInt(50));
      labeling = open(journal);
    }

    private void join(int count) {
      for (int i = 0; i < count; i++) {
        String name = "%03d".formatted((added++ * 37) % 1_000);
        int label = random.nextInt(centers.size());
        double[] feature = new double[WIDTH];
        for (int d = 0; d < WIDTH; d++) {
          feature[d] = centers.get(label)[d] + 0.3 * random.nextGaussian();
        }
        put(name, label, MemorySource.feature(feature));
      }
    }

    /** Puts a new picture at a path. */
    private void put(String name, int label, float[] feature) {
      folder.put(name, feature);
      truth.put(name, label);
      contents.put(name, "picture " + pictures++);
    }

    /** Gives another name to the picture of a path in all actions. */
    private void rename(String name, String newName) {
      for (int i = 0; i < actions.size(); i++) {
        Action old = actions.get(i);
        Map<String, Integer> labels = new LinkedHashMap<>();
        old.labels.forEach(
            (image, label) -> labels.put(image.equals(name) ? newName : image, label));
        actions.set(
            i,
            new Action(
                old.person,
                old.isCheck,
                labels,
                old.added,
                old.renamed,
                old.name,
                old.merged,
                old.into,
                old.deleted));
      }
    }

    /** Replaces the picture of a file. The session does not know it yet. */
    private void replace(String name) {
      int label = random.nextInt(centers.size());
      put(name, label, centers.get(label));
      replaced.add(name);
    }

    private Labeling open(Journal entries) {
      SessionHead.ClassTexts texts =
          names ->
              names.stream()
                  .map(name -> centers.get(Math.floorMod(name.hashCode(), centers.size())))
                  .map(
                      row -> {
                        double[] text = new double[WIDTH];
                        for (int d = 0; d < WIDTH; d++) {
                          text[d] = row[d];
                        }
                        return text;
                      })
                  .toArray(double[][]::new);
      return new Labeling(
          new MemorySource(folder, texts, 20, Map.of()).withContents(contents),
          entries,
          new SessionSettings(first, 6, 20, 90, seed, "", warning -> {}),
          () -> now);
    }

    /** Returns a person who sends the next action, with a number or without one. */
    private Sender sender(String person) {
      if (random.nextInt(4) == 0) {
        return Sender.of(person);
      }
      return new Sender(person, sent.merge(person, 1L + random.nextInt(3), Long::sum));
    }

    /** Sends an action, and some numbered ones again: nothing more is stored. */
    private <T> T send(Sender from, Supplier<T> action, Predicate<T> isStored) {
      T reply = action.get();
      if (from.number() > 0 && isStored.test(reply) && random.nextInt(3) == 0) {
        boolean isRestarted = random.nextInt(4) == 0;
        if (isRestarted) { // which finds replaced files
          labeling.close();
          labeling = open(journal);
          pages.clear();
          leaveReplaced();
        }
        int stored = answers();
        T again = action.get();
        assertThat(answers()).isEqualTo(stored);
        assertThat(labeling.lastNumber(from.person())).isEqualTo(from.number());
        if (reply instanceof Answered first) {
          assertThat(((Answered) again).step()).isEqualTo(first.step());
        } else if (!isRestarted) {
          assertThat(again).isEqualTo(reply);
        }
      }
      return reply;
    }

    /** Returns the number of entries of persons. */
    private int answers() {
      return (int) journal.entries().stream().filter(JournalEntry.Sent.class::isInstance).count();
    }

    /** The session was opened again: it knows the replaced files. */
    private void leaveReplaced() {
      replaced.forEach(name -> rename(name, name + " of " + pictures++));
      replaced.clear();
      gone.clear();
    }

    private Model model() {
      return Objects.requireNonNull(Model.of(actions, first, folder.keySet()));
    }

    void play() {
      for (int step = 0; step < 60; step++) {
        try {
          act(PERSONS.get(random.nextInt(PERSONS.size())));
          compare();
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("session %s, step %s: %s".formatted(seed, step, e), e);
        }
      }
      if (!replaced.isEmpty()) {
        restart();
      }
      finish();
      labeling.close();
    }

    private void act(String person) {
      switch (random.nextInt(17)) {
        case 0, 1, 2, 3, 4, 5 -> answer(person);
        case 6 -> next(person);
        case 7, 8 -> undo(person);
        case 9 -> addClass(person);
        case 10 -> changeClass(person);
        case 11 -> choose(person);
        case 12 -> reopen();
        case 14 -> {
          List<String> files = List.copyOf(folder.keySet());
          replace(files.get(random.nextInt(files.size())));
        }
        case 13 -> {
          if (random.nextBoolean()) {
            labeling.leave(person);
            pages.remove(person);
          } else {
            now = now.plus(Duration.ofSeconds(31));
          }
        }
        default -> answer(person);
      }
    }

    private Page next(String person) {
      Optional<Kind> wanted =
          random.nextInt(4) > 0
              ? Optional.empty()
              : Optional.of(KINDS.get(random.nextInt(KINDS.size())));
      Page page = wanted.isPresent() ? labeling.next(person, wanted.get()) : labeling.next(person);
      long drawn =
          journal.entries().stream().filter(JournalEntry.CheckDrawn.class::isInstance).count();
      if (drawn > checks) {
        checks = (int) drawn;
        actions.add(Action.answer("", false, Map.of()));
      }
      pages.put(person, page);
      return page;
    }

    private void answer(String person) {
      Page page = pages.get(person);
      if (page == null || random.nextInt(3) == 0) {
        page = next(person);
      }
      if (page.images().isEmpty()) {
        return;
      }
      Map<Path, String> answers = new LinkedHashMap<>();
      boolean isPart = random.nextInt(3) == 0;
      for (Path image : page.images()) {
        if (!isPart || random.nextBoolean()) {
          answers.put(image, random(image));
        }
      }
      if (answers.isEmpty()) {
        return;
      }
      Sender from = sender(person);
      String added = added(answers);
      int number = page.number();
      Model before = model();
      Map<Path, String> all = new LinkedHashMap<>(answers);
      Answered answered =
          send(
              from,
              () ->
                  labeling.answer(
                      from, number, added.isEmpty() ? List.of() : List.of(added), all, 1),
              reply -> reply.step() > 0);
      answers.keySet().removeAll(answered.leftOut());
      record(person, page.kind() == Kind.CHECK, answers, answered, added, before);
      if (!answered.differs().isEmpty() && pages.containsKey(person) && random.nextBoolean()) {
        Path image = answered.differs().keySet().iterator().next();
        String decision = random(image);
        Answered decided =
            labeling.decide(sender(person), page.number(), image, List.of(), decision);
        record(person, true, new HashMap<>(Map.of(image, decision)), decided, "", model());
      }
    }

    /** Gives some images a class that does not exist yet, or maybe does. */
    private String added(Map<Path, String> answers) {
      if (random.nextInt(5) > 0) {
        return "";
      }
      String name = "n" + random.nextInt(12);
      answers.replaceAll((image, label) -> random.nextBoolean() ? name : label);
      return name;
    }

    private void record(
        String person,
        boolean isCheck,
        Map<Path, String> answers,
        Answered answered,
        String added,
        Model before) {
      answers.keySet().removeAll(answered.changed());
      answered.changed().forEach(image -> addGone(image.toString()));
      boolean isNew = answered.step() > 0 && !added.isEmpty() && before.isFree(added, -1);
      int number = isNew ? numbers++ : -1;
      Map<String, Integer> labels = new LinkedHashMap<>();
      answers.forEach(
          (image, name) ->
              labels.put(
                  image.toString(), isNew && name.equals(added) ? number : number(before, name)));
      if (!labels.isEmpty()) {
        actions.add(
            new Action(person, isCheck, labels, number, -1, isNew ? added : "", -1, -1, -1));
      }
    }

    private void addGone(String image) {
      if (replaced.contains(image)) { // or the session was opened again since
        gone.add(image);
      }
    }

    private int number(Model model, String name) {
      return name.equals(Labeling.NONE)
          ? JournalEntry.NONE
          : name.equals(Labeling.SKIP)
              ? JournalEntry.SKIP
              : Stream.concat(
                      model.names.entrySet().stream(),
                      new TreeMap<>(model.merged).descendingMap().entrySet().stream())
                  .filter(each -> each.getValue().equals(name))
                  .findFirst()
                  .orElseThrow()
                  .getKey();
    }

    private String random(Path image) {
      List<String> names = new ArrayList<>(labeling.classes());
      if (random.nextInt(5) == 0) {
        names.addAll(model().merged.values()); // another tab still has their keys
      }
      int kind = random.nextInt(10);
      return kind == 0
          ? Labeling.SKIP
          : kind == 1
              ? Labeling.NONE
              : names.get(
                  Math.floorMod(
                      kind < 4 ? random.nextInt() : truth.get(image.toString()), names.size()));
    }

    private void undo(String person) {
      int position = -1;
      for (int i = actions.size() - 1; i >= 0 && position < 0; i--) {
        List<Action> others = new ArrayList<>(actions);
        Action action = others.remove(i);
        if (!action.person.equals(person)) {
          continue;
        }
        boolean fits = Model.of(others, first, folder.keySet()) != null;
        if (!fits && action.added >= 0 && !action.labels.isEmpty()) {
          others.add(
              i,
              new Action(
                  "the session", false, Map.of(), action.added, -1, action.name, -1, -1, -1));
          fits = Model.of(others, first, folder.keySet()) != null;
        }
        position = fits ? i : -1;
      }
      assertThat(labeling.undoable(person).isPresent()).isEqualTo(position >= 0);
      Set<String> images = position < 0 ? Set.of() : actions.get(position).labels.keySet();
      Sender from = sender(person);
      Optional<Undone> undone = send(from, () -> labeling.undo(from), Optional::isPresent);
      assertThat(undone.isPresent()).isEqualTo(position >= 0);
      if (position < 0) {
        return;
      }
      Action removed = actions.remove(position);
      if (removed.added >= 0 && !removed.labels.isEmpty()) { // the class stays if others need it
        Action kept =
            new Action("the session", false, Map.of(), removed.added, -1, removed.name, -1, -1, -1);
        if (Model.of(actions, first, folder.keySet()) == null) {
          actions.add(position, kept);
        }
      }
      Undone what = undone.orElseThrow();
      assertThat(images).containsAll(what.images().stream().map(Path::toString).toList());
      // The session may have been opened again, and found that a file shows another picture.
      Predicate<Path> isShown = image -> removed.labels.containsKey(image.toString());
      List<Path> shown = what.images().stream().filter(isShown).toList();
      Map<Path, String> former = new HashMap<>(what.former());
      former.keySet().removeIf(isShown.negate());
      if (labeling.classes().size() >= 2) {
        Page page = labeling.next(person);
        pages.put(person, page);
        if (!shown.isEmpty() && what.kind() != Kind.CHOSEN) {
          assertThat(page.images()).isEqualTo(shown);
          assertThat(page.former()).isEqualTo(former);
        }
      }
    }

    private void addClass(String person) {
      String name = "n" + random.nextInt(12);
      boolean isFree = model().isFree(name, -1);
      try {
        Sender from = sender(person);
        send(
            from,
            () -> {
              labeling.addClasses(from, List.of(name));
              return true;
            },
            done -> done);
        assertThat(isFree).isTrue();
        actions.add(new Action(person, false, Map.of(), numbers++, -1, name, -1, -1, -1));
      } catch (KgCoopException e) {
        assertThat(isFree).isFalse();
      }
    }

    private void changeClass(String person) {
      Model model = model();
      List<Integer> classes = List.copyOf(model.names.keySet());
      int number = classes.get(random.nextInt(classes.size()));
      String name = Objects.requireNonNull(model.names.get(number));
      int kind = random.nextInt(3);
      if (kind == 0) {
        String newName = "r" + random.nextInt(1_000);
        if (model.isFree(newName, number)) {
          labeling.rename(Sender.of(person), name, newName);
          actions.add(new Action(person, false, Map.of(), -1, number, newName, -1, -1, -1));
        }
      } else if (classes.size() > 3 && kind == 1) {
        int into = classes.get(random.nextInt(classes.size()));
        if (into != number) {
          Sender from = sender(person);
          String other = Objects.requireNonNull(model.names.get(into));
          send(
              from,
              () -> {
                labeling.merge(from, name, other);
                return true;
              },
              done -> done);
          actions.add(new Action(person, false, Map.of(), -1, -1, "", number, into, -1));
        }
      } else if (classes.size() > 3) {
        boolean isUsed =
            model.labels.values().stream().anyMatch(each -> model.label(each) == number);
        // An image that left during the session still has its label.
        try {
          labeling.delete(Sender.of(person), name);
          actions.add(new Action(person, false, Map.of(), -1, -1, "", -1, -1, number));
        } catch (KgCoopException e) {
          // refused also because of images that left the folder
          assertThat(isUsed).isTrue();
        }
      }
    }

    private void choose(String person) {
      Map<Path, String> chosen = new LinkedHashMap<>();
      for (int position : labeling.view(View.all())) {
        Path image = labeling.images().get(position);
        if (random.nextInt(8) == 0) {
          chosen.put(image, random(image));
        }
      }
      if (!chosen.isEmpty()) {
        Sender from = sender(person);
        String added = added(chosen);
        Model before = model();
        Map<Path, String> all = new LinkedHashMap<>(chosen);
        Answered answered =
            send(
                from,
                () -> labeling.choose(from, added.isEmpty() ? List.of() : List.of(added), all),
                reply -> reply.step() > 0);
        record(person, false, chosen, answered, added, before);
      }
    }

    /** The process is killed: only the lines of the journal are left. */
    private void reopen() {
      Status status = labeling.status();
      Accuracy accuracy = labeling.accuracy();
      MemorySource.Entries lines = new MemorySource.Entries();
      for (JournalEntry entry : journal.entries()) {
        try {
          lines.append(List.of(Json.STRICT.readValue(entry.line(), JournalEntry.class)));
        } catch (JsonProcessingException e) {
          throw new IllegalStateException(e);
        }
      }
      assertThat(lines.entries()).isEqualTo(journal.entries());
      labeling.close();
      if (replaced.isEmpty()) {
        try (Labeling again = open(lines)) {
          assertThat(again.status()).isEqualTo(status);
          assertThat(again.accuracy()).isEqualTo(accuracy);
        }
      }
      leaveReplaced();
      changeFolder();
      labeling = open(journal);
      pages.clear();
    }

    private void restart() {
      labeling.close();
      labeling = open(journal);
      pages.clear();
      leaveReplaced();
    }

    private void changeFolder() {
      if (random.nextInt(3) == 0) {
        join(1 + random.nextInt(40));
      } else if (random.nextInt(3) == 0) { // without labels, so that the model can go on
        List<String> unlabeled = new ArrayList<>(folder.keySet());
        unlabeled.removeAll(labels());
        unlabeled.stream().limit(3).forEach(this::delete);
      } else if (random.nextBoolean()) {
        List<String> names = new ArrayList<>(folder.keySet());
        Collections.shuffle(names, random);
        move(names.get(0), "moved " + pictures++);
        swap(names.get(1), names.get(2));
        delete(names.get(3));
      }
    }

    private void delete(String name) {
      folder.remove(name);
      contents.remove(name);
    }

    private void move(String name, String newName) {
      rename(name, newName);
      folder.put(newName, Objects.requireNonNull(folder.remove(name)));
      truth.put(newName, truth.get(name));
      contents.put(newName, Objects.requireNonNull(contents.remove(name)));
    }

    private void swap(String one, String other) {
      move(one, "a moment");
      move(other, one);
      move("a moment", other);
    }

    private Set<String> labels() {
      Set<String> all = new TreeSet<>();
      actions.forEach(action -> all.addAll(action.labels.keySet()));
      return all;
    }

    private void compare() {
      Model model = model();
      assertThat(labeling.classes()).isEqualTo(List.copyOf(model.names.values()));
      Map<String, String> shown = new TreeMap<>();
      for (LabeledImage each : labeling.current()) {
        if (each.source() != LabeledImage.Source.HEAD) {
          shown.put(each.key(), each.name());
        }
      }
      Map<String, String> expected = named(model);
      expected.keySet().removeAll(gone);
      assertThat(shown).isEqualTo(expected);
      Status status = labeling.status();
      assertThat(status.labeled()).isEqualTo(shown.size());
      assertThat(status.images()).isEqualTo(folder.size() - gone.size());
      assertThat(status.skipped())
          .isEqualTo(
              (int)
                  model.labels.entrySet().stream()
                      .filter(each -> each.getValue() == -2 && !gone.contains(each.getKey()))
                      .count());
    }

    private static Map<String, String> named(Model model) {
      Map<String, String> named = new TreeMap<>();
      model.labels.forEach(
          (image, label) -> {
            if (label >= JournalEntry.NONE) {
              named.put(
                  image,
                  label < 0
                      ? Labeling.NONE
                      : Objects.requireNonNull(model.names.get(model.label(label))));
            }
          });
      return named;
    }

    /** Both leave, and one person answers until nothing is left. */
    private void finish() {
      PERSONS.forEach(labeling::leave);
      Page page = labeling.next();
      for (int i = 0; !page.images().isEmpty(); i++) {
        assertThat(i).as("pages of session %s", seed).isLessThan(400);
        Map<Path, String> answers = new LinkedHashMap<>();
        for (Path image : page.images()) {
          int label = truth.get(image.toString());
          answers.put(image, labeling.classes().get(label % labeling.classes().size()));
        }
        Model before = model();
        Answered answered = labeling.answer(page, answers);
        assertThat(answered.leftOut()).isEmpty();
        record("one", page.kind() == Kind.CHECK, answers, answered, "", before);
        page = labeling.next();
      }
      Status status = labeling.status();
      assertThat(status.labeled()).as("session %s", seed).isEqualTo(status.images());
      Accuracy.State state = labeling.accuracy().state();
      assertThat(state).isIn(Accuracy.State.ALL_LABELED, Accuracy.State.CHECKED);
      compare();
      Map<String, String> written = new TreeMap<>();
      labeling.results().forEach(each -> written.put(each.key(), each.name()));
      assertThat(written).isEqualTo(named(model()));
    }
  }
}
