package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.kgcoop.Messages;
import org.kgcoop.runs.AdaptRecord;

/** The tables of {@code bench adapt --honesty}. */
final class HonestyTable {
  private HonestyTable() {}

  /**
   * Returns the lines of all tables.
   *
   * @param runs the finished runs
   */
  static List<String> of(List<HonestyRun> runs) {
    List<String> lines = new ArrayList<>(promises(runs));
    List<HonestyRun> planted =
        runs.stream().filter(run -> Situation.of(run.situation()).isForSuspects()).toList();
    if (!planted.isEmpty()) {
      lines.add("");
      lines.addAll(suspects(planted));
    }
    List<HonestyRun> measured = runs.stream().filter(HonestyRun::regret).toList();
    if (!measured.isEmpty()) {
      lines.add("");
      lines.addAll(regret(measured));
    }
    return lines;
  }

  // ---- Promises

  private static List<String> promises(List<HonestyRun> runs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "situation                                    runs doubted  inside  of 100"
            + "   p - t  lowest highest  width    ECE  floor  keeps   kept foreign      s  cpu s");
    for (Situation situation : Situation.values()) {
      List<HonestyRun> of = with(runs, run -> run.situation().equals(situation.id()));
      of.stream()
          .flatMap(run -> run.promises().stream().map(HonestyRun.Promise::of))
          .distinct()
          .forEach(about -> lines.add(row(situation, about, of)));
    }
    return lines;
  }

  private static String row(Situation situation, String about, List<HonestyRun> runs) {
    List<HonestyRun.Promise> promises =
        runs.stream()
            .flatMap(run -> run.promises().stream())
            .filter(promise -> promise.of().equals(about) && promise.promised() != null)
            .toList();
    return Messages.format(
        "%-44s %4d %7.1f %7.1f %7.1f %+7.1f %+7.1f %+7.1f %6.1f %6.3f %6.3f %6.3f %6.3f %7.3f %6.0f %6.0f",
        situation.id() + ", " + about,
        runs.size(),
        100 * mean(runs, run -> run.doubts().isEmpty() ? 0 : 1),
        100 * mean(promises, HonestyTable::inside),
        100 * mean(promises, HonestyTable::insideOfNew),
        mean(promises, HonestyRun.Promise::difference),
        promises.stream().mapToDouble(HonestyRun.Promise::difference).min().orElse(Double.NaN),
        promises.stream().mapToDouble(HonestyRun.Promise::difference).max().orElse(Double.NaN),
        mean(promises, HonestyTable::width),
        mean(runs, run -> run.probabilities().after()),
        mean(runs, run -> run.probabilities().floor()),
        median(runs, run -> run.probabilities().keeps()),
        median(runs, run -> run.probabilities().accepted()),
        median(runs, run -> run.probabilities().foreign()),
        runs.stream().mapToDouble(HonestyRun::seconds).sum(),
        runs.stream().mapToDouble(HonestyRun::processorSeconds).sum());
  }

  private static double inside(HonestyRun.Promise promise) {
    AdaptRecord.Accuracy promised = promise.promised();
    return promised != null && promised.holds(promise.measured()) ? 1 : 0;
  }

  /**
   * Returns the probability that the accuracy on {@link AdaptRecord#NEW_IMAGES} new images is
   * inside the interval, which is what it promises. Their number of correct answers has a binomial
   * distribution with the measured accuracy.
   */
  static double insideOfNew(HonestyRun.Promise promise) {
    AdaptRecord.Accuracy promised = promise.promised();
    if (promised == null) {
      return Double.NaN;
    }
    int trials = AdaptRecord.NEW_IMAGES;
    double share = promise.measured() / 100;
    double inside = 0;
    double chooses = 1; // trials over right
    for (int right = 0; right <= trials; right++) {
      if (promised.holds(100.0 * right / trials)) {
        inside += chooses * Math.pow(share, right) * Math.pow(1 - share, trials - right);
      }
      chooses *= (double) (trials - right) / (right + 1);
    }
    return inside;
  }

  private static double width(HonestyRun.Promise promise) {
    AdaptRecord.Accuracy promised = promise.promised();
    return promised == null ? Double.NaN : promised.high() - promised.low();
  }

  // ---- Suspects

  private static List<String> suspects(List<HonestyRun> runs) {
    List<String> lines = new ArrayList<>();
    lines.add("wrong labels             per class runs   wrong  recall precision  listed");
    for (List<HonestyRun> of : groups(runs)) {
      double wrong = sum(of, HonestyRun.Labels::wrong);
      double listed = sum(of, HonestyRun.Labels::listed);
      double found = sum(of, HonestyRun.Labels::found);
      lines.add(
          Messages.format(
              "%-24s %9d %4d %7.0f %7.2f %9.2f %7.3f",
              of.get(0).situation(),
              of.get(0).perClass(),
              of.size(),
              wrong,
              found / wrong,
              found / listed,
              listed / sum(of, HonestyRun.Labels::images)));
    }
    return lines;
  }

  private static double sum(List<HonestyRun> runs, ToDoubleFunction<HonestyRun.Labels> value) {
    return runs.stream().map(HonestyRun::labels).mapToDouble(value).sum();
  }

  // ---- Regret

  private static List<String> regret(List<HonestyRun> runs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "regret, in points        per class runs   chosen, mean  chosen, worst "
            + "best by c.-v., mean          worst");
    for (List<HonestyRun> of : groups(runs)) {
      lines.add(regret(of.get(0).situation(), String.valueOf(of.get(0).perClass()), of));
    }
    lines.add(regret("all", "", runs));
    return lines;
  }

  private static String regret(String name, String perClass, List<HonestyRun> runs) {
    return Messages.format(
        "%-24s %9s %4d %14.2f %14.2f %18.2f %14.2f",
        name,
        perClass,
        runs.size(),
        mean(runs, HonestyRun::lostByChoice),
        runs.stream().mapToDouble(HonestyRun::lostByChoice).max().orElse(Double.NaN),
        mean(runs, HonestyRun::lostByBestValue),
        runs.stream().mapToDouble(HonestyRun::lostByBestValue).max().orElse(Double.NaN));
  }

  // ---- Sums

  /** Returns the runs of each situation and number of images per class. */
  private static Collection<List<HonestyRun>> groups(List<HonestyRun> runs) {
    return runs.stream()
        .sorted(
            Comparator.comparing((HonestyRun run) -> Situation.of(run.situation()))
                .thenComparing(HonestyRun::perClass))
        .collect(
            Collectors.groupingBy(
                run -> run.situation() + " " + run.perClass(),
                LinkedHashMap::new,
                Collectors.toList()))
        .values();
  }

  private static List<HonestyRun> with(List<HonestyRun> runs, Predicate<HonestyRun> which) {
    return runs.stream().filter(which).toList();
  }

  private static <T> double mean(List<T> all, ToDoubleFunction<T> value) {
    return numbers(all.stream(), value).average().orElse(Double.NaN);
  }

  private static <T> double median(List<T> all, ToDoubleFunction<T> value) {
    double[] values = numbers(all.stream(), value).toArray();
    return values.length == 0 ? Double.NaN : Measurement.median(values);
  }

  private static <T> DoubleStream numbers(Stream<T> all, ToDoubleFunction<T> value) {
    return all.mapToDouble(value).filter(each -> !Double.isNaN(each));
  }
}
