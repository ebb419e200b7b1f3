package org.kgcoop.serve.inference;

import java.util.List;
import java.util.Objects;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.inference.InferenceRequest.Output;

/** Outputs that an inference request gets for its B images among C classes. */
final class Outputs {
  /** FP32, (B, C). */
  static final String PROBABILITIES = "probabilities";

  /** BYTES, (B): the most probable class. */
  static final String LABEL = "label";

  /** BOOL, (B): false if the threshold accepts no class. Only of a classifier with a threshold. */
  static final String ACCEPTED = "accepted";

  private final List<Output> wanted;
  private final boolean binary;

  private Outputs(List<Output> wanted, boolean binary) {
    this.wanted = wanted;
    this.binary = binary;
  }

  /** The names of the outputs of a classifier. */
  static List<String> names(Classifier classifier) {
    return classifier.threshold().isPresent()
        ? List.of(PROBABILITIES, LABEL, ACCEPTED)
        : List.of(PROBABILITIES, LABEL);
  }

  /**
   * The outputs that a request asks for, or all where it names none.
   *
   * @throws RefusedRequestException 400 where there is no such output
   */
  static Outputs of(InferenceRequest request, Classifier classifier) {
    List<String> names = names(classifier);
    for (Output output : request.outputs()) {
      if (!names.contains(output.name())) {
        throw new RefusedRequestException(
            400,
            output.place() + ".name: expected '" + String.join("' or '", names) + "'");
      }
      if (!output.name().equals(PROBABILITIES) && output.classification() > 0) {
        throw new RefusedRequestException(
            400, output.place() + ".parameters.classification: goes with '" + PROBABILITIES + "'");
      }
    }
    return new Outputs(
        request.outputs().isEmpty()
            ? names.stream().map(name -> new Output("", name, null, 0)).toList()
            : request.outputs(),
        request.binaryOutput());
  }

  void write(List<Classification> found, List<String> classNames, InferenceResponse to) {
    for (Output output : wanted) {
      boolean asBinary = Objects.requireNonNullElse(output.binary(), binary);
      if (output.classification() > 0) {
        int count = Math.min(output.classification(), classNames.size());
        List<String> texts = found.stream().flatMap(each -> best(each, count).stream()).toList();
        to.addTexts(output.name(), texts, asBinary, found.size(), count);
      } else if (output.name().equals(PROBABILITIES)) {
        List<float[]> rows = found.stream().map(Classification::probabilities).toList();
        to.addNumbers(output.name(), rows, asBinary);
      } else if (output.name().equals(ACCEPTED)) {
        List<Boolean> accepted = found.stream().map(Classification::isAccepted).toList();
        to.addBooleans(output.name(), accepted, asBinary);
      } else {
        List<String> labels = found.stream().map(each -> each.best().className()).toList();
        to.addTexts(output.name(), labels, asBinary, found.size());
      }
    }
  }

  /**
   * The classes as the classification extension has them: {@code value:index:label}, best first.
   */
  private static List<String> best(Classification found, int count) {
    return found.top(count).stream()
        .map(each -> each.probability() + ":" + each.index() + ":" + each.className())
        .toList();
  }
}
