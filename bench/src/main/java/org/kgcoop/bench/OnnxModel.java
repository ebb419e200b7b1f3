package org.kgcoop.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** An exported classifier in ONNX Runtime, which prints its warnings to standard error. */
final class OnnxModel implements AutoCloseable {
  private static final long STACK = 64L << 20;

  private final OrtSession session;
  private final long[] imageShape; // (channels, R, R)

  OnnxModel(Path file, long... imageShape) throws OrtException {
    this(file, new OrtSession.SessionOptions(), imageShape);
  }

  private OnnxModel(Path file, OrtSession.SessionOptions options, long... imageShape)
      throws OrtException {
    this.imageShape = imageShape.clone();
    try (options) {
      session = environment().createSession(file.toString(), options);
    }
  }

  /**
   * Loads a model whose operations use a number of threads. One thread is that of the caller. More
   * threads spin while they wait.
   */
  static OnnxModel withThreads(int threads, Path file, long... imageShape) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    return new OnnxModel(file, options, imageShape);
  }

  /**
   * Returns the environment. Its creation reads the command line of the process with a recursive
   * regular expression, so a class path of 12,000 characters needs more than the usual stack.
   */
  private static OrtEnvironment environment() {
    FutureTask<OrtEnvironment> creation = new FutureTask<>(OrtEnvironment::getEnvironment);
    new Thread(null, creation, "ONNX Runtime", STACK).start();
    try {
      OrtEnvironment environment = creation.get();
      environment.setTelemetry(false);
      return environment;
    } catch (OrtException | ExecutionException | InterruptedException e) {
      throw new IllegalStateException("ONNX Runtime did not start", e);
    }
  }

  /** Returns the metadata of the file. */
  Map<String, String> metadata() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  /**
   * Computes an output of the model.
   *
   * @param output {@code features}, {@code logits} or {@code probabilities}
   * @param pixels the pixels of all images, one after the other
   * @return one row per image, one after the other
   */
  float[] run(String output, float[] pixels) throws OrtException {
    long[] shape = {0, imageShape[0], imageShape[1], imageShape[2]};
    shape[0] = pixels.length / (shape[1] * shape[2] * shape[3]);
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), FloatBuffer.wrap(pixels), shape);
        OrtSession.Result result = session.run(Map.of("pixels", input), Set.of(output))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] copy = new float[values.remaining()];
      values.get(copy);
      return copy;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
