package org.kgcoop.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** A training step of the four prompt methods, as in the published code. */
final class PublishedMethod implements AutoCloseable {
  /**
   * The maximum number of classes in memory. More classes are computed in chunks with given
   * gradients of the outputs.
   */
  static final int CLASSES_AT_A_TIME = 50;

  private static final Set<String> PLAIN = Set.of(CoOp.ID, CoCoOp.ID, ProGrad.ID, KgCoOp.ID);

  private final PublishedClip published;
  private final PromptMethod method;
  private final int classesAtATime;
  private final PromptText text;
  private final int[] ends;
  private final double logitScale;
  private final List<Tensor> trained = new ArrayList<>(); // weights with gradients
  private final Head teacher;
  private final Tensor teacherFeatures; // (C, E), unit length

  PublishedMethod(
      Clip clip,
      PublishedClip published,
      PromptMethod method,
      List<String> classNames,
      int classesAtATime) {
    this.published = published;
    this.classesAtATime = classesAtATime;
    this.method = method;
    text = PromptText.learned(clip, classNames, method.context());
    ends = text.texts().stream().mapToInt(PromptText.ClassText::end).toArray();
    logitScale = clip.logitScale();
    String template =
        method instanceof KgCoOp kgCoOp
            ? kgCoOp.template()
            : method instanceof ProGrad proGrad ? proGrad.template() : "a photo of a {}.";
    teacher = new ZeroShot(List.of(template)).classifier(clip, classNames);
    try (Scope scope = Scope.open("teacher")) {
      // The logits of unit vectors along the axes are the scaled features.
      int embed = clip.config().embedDim();
      float[] axes = new float[embed * embed];
      IntStream.range(0, embed).forEach(i -> axes[i * embed + i] = 1);
      teacherFeatures =
          teacher
              .logits(Tensor.of(axes, embed, embed))
              .transpose(0, 1)
              .times(1 / logitScale)
              .keep();
    }
  }

  /** Lets a step of CoOp or KgCoOp also compute the gradients of the text encoder's weights. */
  void trainTexts() {
    trained.addAll(published.trainableTexts());
  }

  /** The result of a step. */
  record Result(double loss, List<Tensor> gradients) {}

  /**
   * Runs the forward and the backward pass.
   *
   * @param parameters the parameters by their published names
   */
  Result step(Map<String, Tensor> parameters, Batch batch) {
    if (!PLAIN.contains(method.id())) {
      throw new IllegalArgumentException(
          method.title() + " has no reference; use --ours-only or --compare METHOD");
    }
    Tensor context = get(parameters, "ctx");
    if (method instanceof CoCoOp) {
      return coCoOp(parameters, batch);
    }
    if (text.classes() > classesAtATime) {
      return chunked(context);
    }
    List<Tensor> wanted = new ArrayList<>(List.of(context));
    wanted.addAll(trained);
    Tensor features = features(context, 0, text.classes());
    Tensor logits = batch.features().matmul(features.transpose(0, 1)).times(logitScale);
    Tensor crossEntropy = Functions.crossEntropy(logits, batch.labels());
    if (method instanceof KgCoOp kgCoOp) {
      Tensor knowledge = features.times(teacherFeatures).sum(1).mean().times(-1).plus(1);
      Tensor loss = crossEntropy.plus(knowledge.times(kgCoOp.weight()));
      return new Result(loss.item(), Autograd.gradients(loss, wanted, false));
    }
    if (method instanceof ProGrad proGrad) {
      return proGrad(proGrad, batch, logits, crossEntropy, wanted);
    }
    return new Result(crossEntropy.item(), Autograd.gradients(crossEntropy, wanted, false));
  }

  private Tensor features(Tensor context, int from, int to) {
    return published.text(
        published.prompts(text, context, from, to),
        Arrays.copyOfRange(ends, from, to),
        PublishedClip.Before.NOTHING);
  }

  private Result proGrad(
      ProGrad proGrad, Batch batch, Tensor logits, Tensor crossEntropy, List<Tensor> wanted) {
    double t = proGrad.temperature();
    Tensor target = Functions.softmax(teacher.logits(batch.features()).times(1 / t), 1);
    Tensor log = Functions.logSoftmax(logits.times(1 / t), 1);
    Tensor kl = target.times(log).sum(1).mean().times(-t * t);
    Tensor general = Autograd.gradients(kl, wanted, true).get(0);
    Tensor specific = Autograd.gradients(crossEntropy, wanted, false).get(0);
    Tensor unit = general.times(1 / general.norm().item());
    double along = specific.times(unit).sum().item();
    Tensor projected = along < 0 ? specific.minus(unit.times(proGrad.lambda() * along)) : specific;
    return new Result(crossEntropy.item(), List.of(projected));
  }

  private Result coCoOp(Map<String, Tensor> parameters, Batch batch) {
    Tensor f = batch.features();
    Tensor hidden = Functions.relu(linear(parameters, "meta_net.linear1", f));
    Tensor shifts = linear(parameters, "meta_net.linear2", hidden);
    List<Tensor> rows = new ArrayList<>();
    for (long b = 0; b < f.size(0); b++) {
      Tensor context = get(parameters, "ctx").plus(shifts.narrow(0, b, 1));
      Tensor features = features(context, 0, text.classes());
      rows.add(f.narrow(0, b, 1).matmul(features.transpose(0, 1)).times(logitScale));
    }
    Tensor loss = Functions.crossEntropy(Tensor.concat(rows, 0), batch.labels());
    return new Result(
        loss.item(), Autograd.gradients(loss, new ArrayList<>(parameters.values()), false));
  }

  /**
   * Runs both passes on chunks of classes, with gradients of 1. This is the work of a step without
   * its loss.
   */
  private Result chunked(Tensor context) {
    double sum = 0;
    for (int from = 0; from < text.classes(); from += classesAtATime) {
      try (Scope scope = Scope.open("chunk")) {
        int to = Math.min(from + classesAtATime, text.classes());
        Tensor total = features(context, from, to).sum();
        sum += Autograd.gradients(total, List.of(context), false).get(0).norm().item();
      }
    }
    return new Result(sum, List.of());
  }

  static Tensor linear(Map<String, Tensor> parameters, String name, Tensor x) {
    return Functions.linear(x, get(parameters, name + ".weight"), get(parameters, name + ".bias"));
  }

  static Tensor get(Map<String, Tensor> parameters, String name) {
    Tensor parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return parameter;
  }

  @Override
  public void close() {
    teacher.close();
    teacherFeatures.close();
  }
}
