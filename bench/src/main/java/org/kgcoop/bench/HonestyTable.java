package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.kgcoop.EnumIds;
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
    List<HonestyRun> planted = with(runs, run -> situation(run).isForSuspects());
    List<HonestyRun> measured = with(runs, HonestyRun::regret);
    if (!planted.isEmpty()) {
      lines.add("");
      lines.addAll(suspects(planted));
    }
    if (!measured.isEmpty()) {
      lines.add("");
      lines.addAll(regret(measured));
    }
    return lines;
  }

  private static Situation situation(HonestyRun run) {
    return EnumIds.of(Situation.class, "situation", run.situation());
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Returns the titles of the columns of a format, which are separated by bars. */
  private static String titles(String format, String titles) {
    return line(
        format.replaceAll("%(-?)\\+?(\\d+)(\\.\\d)?[sdf]", "%$1$2s"),
        (Object[]) titles.split("\\|"));
  }

  /** Returns the runs of each situation and number of images per class, in this order. */
  private static Stream<List<HonestyRun>> bySize(List<HonestyRun> runs) {
    return Arrays.stream(Situation.values())
        .map(situation -> with(runs, run -> run.situation().equals(situation.id())))
        .flatMap(
            of ->
                of.stream()
                    .map(HonestyRun::perClass)
                    .distinct()
                    .sorted()
                    .map(perClass -> with(of, run -> run.perClass() == perClass)));
  }

  // ---- Promises

  private static final String PROMISES =
      "%-44s %4d %7.1f %7.1f %7.1f %+7.1f %+7.1f %+7.1f %6.1f %6.3f %6.3f %6.3f %6.3f %7.3f %6.0f %6.0f";

  private static List<String> promises(List<HonestyRun> runs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        titles(
            PROMISES,
            "situation|runs|doubted|inside|of 100|p - t|lowest|highest|width|ECE|floor|keeps|kept"
                + "|foreign|s|cpu s"));
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
    DoubleSummaryStatistics differences =
        promises.stream().mapToDouble(HonestyRun.Promise::difference).summaryStatistics();
    return line(
        PROMISES,
        situation.id() + ", " + about,
        runs.size(),
        100 * mean(runs, run -> run.doubts().isEmpty() ? 0 : 1),
        100 * mean(promises, HonestyTable::inside),
        100 * mean(promises, HonestyTable::insideOfNew),
        mean(promises, HonestyRun.Promise::difference),
        promises.isEmpty() ? Double.NaN : differences.getMin(),
        promises.isEmpty() ? Double.NaN : differences.getMax(),
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
    String format = "%-24s %9d %4d %7.0f %7.2f %9.2f %7.3f";
    List<String> lines = new ArrayList<>();
    lines.add(titles(format, "wrong labels|per class|runs|wrong|recall|precision|listed"));
    bySize(runs)
        .forEach(
            of -> {
              double wrong = sum(of, HonestyRun.Labels::wrong);
              double listed = sum(of, HonestyRun.Labels::listed);
              double found = sum(of, HonestyRun.Labels::found);
              lines.add(
                  line(
                      format,
                      of.get(0).situation(),
                      of.get(0).perClass(),
                      of.size(),
                      wrong,
                      found / wrong,
                      found / listed,
                      listed / sum(of, HonestyRun.Labels::images)));
            });
    return lines;
  }

  private static double sum(List<HonestyRun> runs, ToDoubleFunction<HonestyRun.Labels> value) {
    return runs.stream().map(HonestyRun::labels).mapToDouble(value).sum();
  }

  // ---- Regret

  private static final String REGRET = "%-24s %9s %4d %14.2f %14.2f %18.2f %14.2f";

  private static List<String> regret(List<HonestyRun> runs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        titles(
            REGRET,
            "regret, in points|per class|runs|chosen, mean|chosen, worst|best by c.-v., mean"
                + "|worst"));
    bySize(runs)
        .map(of -> regret(of.get(0).situation(), "" + of.get(0).perClass(), of))
        .forEach(lines::add);
    lines.add(regret("all", "", runs));
    return lines;
  }

  private static String regret(String name, String perClass, List<HonestyRun> runs) {
    return line(
        REGRET,
        name,
        perClass,
        runs.size(),
        mean(runs, HonestyRun::lostByChoice),
        runs.stream().mapToDouble(HonestyRun::lostByChoice).max().orElse(Double.NaN),
        mean(runs, HonestyRun::lostByBestValue),
        runs.stream().mapToDouble(HonestyRun::lostByBestValue).max().orElse(Double.NaN));
  }

  // ---- Sums

  private static List<HonestyRun> with(List<HonestyRun> runs, Predicate<HonestyRun> which) {
    return runs.stream().filter(which).toList();
  }

  private static <T> double mean(List<T> all, ToDoubleFunction<T> value) {
    return numbers(all, value).average().orElse(Double.NaN);
  }

  private static <T> double median(List<T> all, ToDoubleFunction<T> value) {
    double[] numbers = numbers(all, value).toArray();
    return numbers.length == 0 ? Double.NaN : Measurement.median(numbers);
  }

  private static <T> DoubleStream numbers(List<T> all, ToDoubleFunction<T> value) {
    return all.stream().mapToDouble(value).filter(each -> !Double.isNaN(each));
  }
}
