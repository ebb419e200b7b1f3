package org.kgcoop.label;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.JournalEntry.Answer;
import org.kgcoop.journal.JournalEntry.Sent;
import org.kgcoop.journal.Kind;
import org.kgcoop.label.LabelSession.Proposal;
import org.kgcoop.label.SessionHead.Guess;

/**
 * The answers of persons: to images of their page, to images that they chose, and about images of
 * the check whose answer differs. {@link Labeling} describes them.
 */
final class SessionAnswers {
  private final LabelSession session;
  private final LabelState state;
  private final SessionClasses classes;
  private final OpenPages pages;
  private final SessionFiles files;
  private final Consumer<List<? extends JournalEntry>> journal;

  /**
   * Creates an object.
   *
   * @param journal writes entries, and applies them
   */
  SessionAnswers(
      LabelSession session,
      SessionClasses classes,
      OpenPages pages,
      SessionFiles files,
      Consumer<List<? extends JournalEntry>> journal) {
    this.session = session;
    this.classes = classes;
    this.pages = pages;
    this.files = files;
    this.journal = journal;
    state = session.state();
  }

  /** Answers images of a page, as {@link Labeling#answer(Sender, int, List, Map, double)}. */
  Answered answer(
      Sender from, int page, List<String> added, Map<Path, String> labels, double seconds) {
    Optional<Answered> repeated = repeated(from, labels);
    if (repeated.isPresent()) {
      return repeated.get();
    }
    OpenPage open = pages.get(from.person(), page);
    Map<Integer, String> named = classes.missing(added);
    Map<Integer, Integer> answers = new LinkedHashMap<>();
    List<Path> leftOut = new ArrayList<>();
    List<Path> gone = new ArrayList<>(); // another answer found that the file has changed
    numbers(named, labels)
        .forEach(
            (image, label) -> {
              if (!open.proposal().shown().contains(image)) {
                throw KgCoopException.configuration(state.path(image) + ": is not on this page");
              }
              boolean isElsewhere =
                  state.step(image) != open.steps().getOrDefault(image, 0)
                      && state.isAnswered(image);
              if (state.isGone(image)) {
                gone.add(state.path(image));
              } else if (isElsewhere || !open.left().contains(image)) {
                leftOut.add(state.path(image));
              } else {
                answers.put(image, label);
              }
            });
    List<Integer> others = files.changed(answers.keySet());
    answers.keySet().removeAll(others);
    open.left().removeAll(others);
    gone.addAll(files.leave(others));
    return ofPage(from, open, named, answers, leftOut, gone, seconds);
  }

  /** Decides about an image of the check, as {@link Labeling#decide}. */
  Answered decide(Sender from, int page, Path image, List<String> added, String label) {
    Map<Path, String> labels = Map.of(image, label);
    Optional<Answered> repeated = repeated(from, labels);
    if (repeated.isPresent()) {
      return repeated.get();
    }
    OpenPage open = pages.get(from.person(), page);
    int index = state.image(image);
    if (open.proposal().kind() != Kind.CHECK
        || !open.proposal().shown().contains(index)
        || !state.checks().isUndecided(index)) {
      throw KgCoopException.configuration(image + ": has nothing to decide");
    }
    Map<Integer, String> named = classes.missing(added);
    List<Integer> others = files.changed(List.of(index));
    Map<Integer, Integer> answers = others.isEmpty() ? numbers(named, labels) : Map.of();
    return ofPage(from, open, named, answers, List.of(), files.leave(others), 0);
  }

  private Answered ofPage(
      Sender from,
      OpenPage open,
      Map<Integer, String> added,
      Map<Integer, Integer> answers,
      List<Path> leftOut,
      List<Path> others,
      double seconds) {
    if (answers.isEmpty() && leftOut.isEmpty() && others.isEmpty()) {
      throw KgCoopException.configuration("expected the answer of an image");
    }
    if (answers.isEmpty()) {
      return new Answered(0, leftOut, Map.of(), others);
    }
    Proposal page = open.proposal();
    List<Integer> rest = new ArrayList<>(open.left());
    rest.removeAll(answers.keySet());
    boolean isChoice =
        page.kind() == Kind.PAGE || page.kind() == Kind.QUESTIONS || page.kind() == Kind.UNUSUAL;
    int step = state.nextStep();
    journal.accept(
        List.of(
            new Answer(
                step,
                page.kind(),
                page.proposed(),
                named(answers),
                state.paths(page.passed()),
                isChoice ? state.paths(rest) : List.of(),
                corrected(answers, open.guesses()),
                seconds > 0 ? seconds : null,
                from.by(),
                from.request(),
                added)));
    open.left().removeAll(answers.keySet());
    return new Answered(step, leftOut, differing(page.kind(), answers.keySet()), others);
  }

  /** Labels images that the person chose, as {@link Labeling#choose}. */
  Answered choose(Sender from, List<String> added, Map<Path, String> labels) {
    Optional<Answered> repeated = repeated(from, labels);
    if (repeated.isPresent()) {
      return repeated.get();
    }
    if (!state.canFit() || labels.isEmpty()) {
      throw KgCoopException.configuration("expected an image and two classes");
    }
    Map<Integer, String> named = classes.missing(added);
    Map<Integer, Integer> answers = numbers(named, labels);
    for (int image : answers.keySet()) {
      if (!session.hasFeature(image) || state.isGone(image) || state.isHidden(image)) {
        throw KgCoopException.configuration(
            state.path(image)
                + ": cannot be chosen; it is not read yet, or a random image to be asked");
      }
    }
    List<Integer> others = files.changed(answers.keySet());
    answers.keySet().removeAll(others);
    List<Path> left = files.leave(others);
    if (answers.isEmpty()) {
      return new Answered(0, List.of(), Map.of(), left);
    }
    int step = state.nextStep();
    journal.accept(
        List.of(
            new Answer(
                step,
                Kind.CHOSEN,
                null,
                named(answers),
                List.of(),
                List.of(),
                corrected(answers, session.head().guesses(answers.keySet())),
                null,
                from.by(),
                from.request(),
                named)));
    return new Answered(step, List.of(), Map.of(), left);
  }

  // ---- labels

  /**
   * Returns the numbers of answers.
   *
   * @param added the names of new classes by their numbers
   */
  private Map<Integer, Integer> numbers(Map<Integer, String> added, Map<Path, String> labels) {
    Map<String, Integer> isNew = new HashMap<>();
    added.forEach((number, name) -> isNew.put(NameRules.folded(name), number));
    Map<Integer, Integer> answers = new LinkedHashMap<>();
    labels.forEach(
        (path, name) -> {
          Integer number = isNew.get(NameRules.folded(name));
          answers.put(state.image(path), number == null ? classes.label(name) : number);
        });
    return answers;
  }

  private Map<String, Integer> named(Map<Integer, Integer> answers) {
    Map<String, Integer> labels = new LinkedHashMap<>();
    answers.forEach((image, label) -> labels.put(state.images().get(image), label));
    return labels;
  }

  /** Returns the images to which the program had given another class. */
  private List<String> corrected(Map<Integer, Integer> answers, Map<Integer, Guess> guesses) {
    return answers.entrySet().stream()
        .filter(each -> each.getValue() != JournalEntry.SKIP)
        .filter(
            each ->
                state.current(each.getValue())
                    != guesses.getOrDefault(each.getKey(), Guess.UNKNOWN).label())
        .map(each -> state.images().get(each.getKey()))
        .toList();
  }

  /** Returns the labels of images of a check whose answer differs. */
  private Map<Path, String> differing(Kind kind, Collection<Integer> images) {
    Map<Path, String> differs = new LinkedHashMap<>();
    images.stream()
        .filter(i -> kind == Kind.CHECK && state.isLabeled(i) && state.checks().isUndecided(i))
        .forEach(image -> differs.put(state.path(image), state.text(state.answer(image))));
    return differs;
  }

  // ---- answers that are sent again

  /** Returns the reply to an answer that is stored already, or nothing for a new one. */
  private Optional<Answered> repeated(Sender from, Map<Path, String> labels) {
    return state
        .repeated()
        .find(from, action -> isAnswer(action, labels))
        .map(stored -> again((Answer) stored.action(), labels));
  }

  /** Returns true if an action gave these answers, without those that were left out. */
  private boolean isAnswer(Sent action, Map<Path, String> labels) {
    Map<String, String> sent = new HashMap<>();
    labels.forEach((path, name) -> sent.put(LabelState.key(path), NameRules.folded(name)));
    return action instanceof Answer answer
        && answer.labels().entrySet().stream()
            .allMatch(
                each -> {
                  int label = each.getValue();
                  String own = answer.added().getOrDefault(label, ownText(label));
                  return NameRules.folded(own).equals(sent.get(each.getKey()));
                });
  }

  private String ownText(int label) {
    return state.isClass(label) ? state.ownName(label) : state.text(Math.min(label, -1));
  }

  private Answered again(Answer answer, Map<Path, String> labels) {
    List<Path> leftOut =
        labels.keySet().stream()
            .filter(path -> !answer.labels().containsKey(LabelState.key(path)))
            .filter(path -> !files.left().contains(path))
            .toList();
    return new Answered(
        answer.step(),
        leftOut,
        differing(answer.kind(), state.present(answer.labels().keySet())),
        labels.keySet().stream().filter(files.left()::contains).toList());
  }
}
