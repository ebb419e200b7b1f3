package org.kgcoop.bench;

import java.util.concurrent.Callable;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the image encoder. */
@Command(
    name = "image",
    header = "Measure the image encoder on a batch of images, without gradients.")
final class ImageBench implements Callable<Integer> {
  /**
   * The floating-point operations of ViT-B/16 for one image: 11 blocks with 197 tokens, one block
   * that continues with the CLS token after its keys and values, and the patch embedding.
   */
  static final double FLOP_PER_IMAGE =
      11 * (24.0 * 768 * 768 * 197 + 4.0 * 197 * 197 * 768)
          + (4.0 * 768 * 768 * 197 + 20.0 * 768 * 768 + 4.0 * 197 * 768)
          + 2.0 * 196 * 768 * 768;

  @Option(names = "--batch", description = "Images per batch (default: ${DEFAULT-VALUE}).")
  private int batch = 32;

  @Mixin private BenchOptions options = new BenchOptions();

  @Override
  public Integer call() {
    try (Clip ours = BenchModel.load(options.precision());
        Clip reference = BenchModel.load(DType.FLOAT32);
        PublishedClip plain = new PublishedClip(reference, options.referencePrecision());
        Scope scope = Scope.open("bench");
        Autograd.Switch off = Autograd.off()) {
      Tensor images = BenchModel.images(batch);
      options.report(
          medians -> "image, batch %s, %s".formatted(batch, options.precision()),
          batch * FLOP_PER_IMAGE,
          () -> plain.image(images),
          () -> ours.imageEncoder().features(images).unitRows());
    }
    return 0;
  }
}
