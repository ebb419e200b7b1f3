package org.kgcoop.report;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.intermediate.commands.Command;
import de.erichseifert.vectorgraphics2d.intermediate.commands.CreateCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.DisposeCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.DrawShapeCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.FillShapeCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.RotateCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.ScaleCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.SetColorCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.SetPaintCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.SetStrokeCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.SetTransformCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.TransformCommand;
import de.erichseifert.vectorgraphics2d.intermediate.commands.TranslateCommand;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.AffineTransform;
import java.awt.geom.PathIterator;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a chart has drawn, as SVG for a page. The encoder that comes with the library writes fixed
 * colours and every digit of every coordinate, a third of a megabyte for two curves. Here colours
 * are the classes of {@link Ink}, coordinates whole tenths of a pixel relative to each other, and
 * neighbours of one kind one path: a tenth of the size. Clips are left out, since charts have axes
 * that hold all of their points.
 */
final class SvgWriter {
  private static final int SCALE = 10;

  /** What a new drawing surface has, and what a copy of it takes along. */
  private record State(AffineTransform transform, Color color, Stroke stroke) {}

  private final StringBuilder svg = new StringBuilder();
  private final StringBuilder path = new StringBuilder();
  private final Deque<State> saved = new ArrayDeque<>();
  private State state = new State(new AffineTransform(), Ink.TEXT, new BasicStroke(1));
  private String attributes = "";

  private SvgWriter() {}

  /** The content of an {@code svg} element whose view box has tenths of a pixel as its unit. */
  static String content(VectorGraphics2D drawn) {
    SvgWriter writer = new SvgWriter();
    for (Command<?> command : drawn.getCommands()) {
      writer.accept(command);
    }
    writer.endPath();
    return writer.svg.toString();
  }

  /** The view box of a drawing of that many pixels. */
  static String viewBox(int width, int height) {
    return "0 0 " + SCALE * width + " " + SCALE * height;
  }

  private void accept(Command<?> command) {
    if (command instanceof DrawShapeCommand draw) {
      draw(draw.getValue());
    } else if (command instanceof FillShapeCommand fill) {
      fill(fill.getValue());
    } else if (command instanceof SetColorCommand color) {
      state = new State(state.transform, color.getValue(), state.stroke);
    } else if (command instanceof SetPaintCommand paint
        && paint.getValue() instanceof Color color) {
      state = new State(state.transform, color, state.stroke);
    } else if (command instanceof SetStrokeCommand stroke) {
      state = new State(state.transform, state.color, stroke.getValue());
    } else if (command instanceof SetTransformCommand transform) {
      state = new State(new AffineTransform(transform.getValue()), state.color, state.stroke);
    } else if (command instanceof TransformCommand transform) {
      concatenate(transform.getTransform());
    } else if (command instanceof TranslateCommand move) {
      concatenate(AffineTransform.getTranslateInstance(move.getDeltaX(), move.getDeltaY()));
    } else if (command instanceof RotateCommand turn) {
      concatenate(
          AffineTransform.getRotateInstance(turn.getTheta(), turn.getCenterX(), turn.getCenterY()));
    } else if (command instanceof ScaleCommand scale) {
      concatenate(AffineTransform.getScaleInstance(scale.getScaleX(), scale.getScaleY()));
    } else if (command instanceof CreateCommand) {
      saved.push(state);
    } else if (command instanceof DisposeCommand && !saved.isEmpty()) {
      state = saved.pop();
    }
  }

  private void concatenate(AffineTransform by) {
    AffineTransform transform = new AffineTransform(state.transform);
    transform.concatenate(by);
    state = new State(transform, state.color, state.stroke);
  }

  private void fill(Shape shape) {
    add("class=\"f " + Ink.role(state.color) + "\"", shape);
  }

  private void draw(Shape shape) {
    StringBuilder line = new StringBuilder("class=\"k ").append(Ink.role(state.color)).append('"');
    if (state.stroke instanceof BasicStroke stroke) {
      line.append(" stroke-width=\"").append(tenths(stroke.getLineWidth())).append('"');
      float[] dashes = stroke.getDashArray();
      if (dashes != null) {
        line.append(" stroke-dasharray=\"");
        for (int i = 0; i < dashes.length; i++) {
          line.append(i == 0 ? "" : " ").append(tenths(dashes[i]));
        }
        line.append('"');
      }
    }
    add(line.toString(), shape);
  }

  private void add(String newAttributes, Shape shape) {
    if (Ink.role(state.color).isEmpty()) {
      return;
    }
    if (!newAttributes.equals(attributes)) {
      endPath();
      attributes = newAttributes;
    }
    append(shape.getPathIterator(state.transform));
  }

  private void endPath() {
    if (!path.isEmpty()) {
      svg.append("<path ").append(attributes).append(" d=\"").append(path).append("\"/>");
      path.setLength(0);
    }
  }

  private void append(PathIterator shape) {
    double[] at = new double[6];
    long startX = 0;
    long startY = 0;
    long x = 0;
    long y = 0;
    for (; !shape.isDone(); shape.next()) {
      int kind = shape.currentSegment(at);
      int points =
          switch (kind) {
            case PathIterator.SEG_MOVETO, PathIterator.SEG_LINETO -> 1;
            case PathIterator.SEG_QUADTO -> 2;
            case PathIterator.SEG_CUBICTO -> 3;
            default -> 0;
          };
      if (kind == PathIterator.SEG_MOVETO) {
        startX = tenths(at[0]);
        startY = tenths(at[1]);
        x = startX;
        y = startY;
        path.append('M').append(x);
        number(y, false);
        continue;
      }
      if (kind == PathIterator.SEG_CLOSE) {
        path.append('z');
        x = startX;
        y = startY;
        continue;
      }
      path.append(" lqc".charAt(points));
      for (int i = 0; i < points; i++) {
        number(tenths(at[2 * i]) - x, i == 0);
        number(tenths(at[2 * i + 1]) - y, false);
      }
      x = tenths(at[2 * points - 2]);
      y = tenths(at[2 * points - 1]);
    }
  }

  /** A minus sign separates numbers too. */
  private void number(long value, boolean first) {
    path.append(first || value < 0 ? "" : " ").append(value);
  }

  private static long tenths(double pixels) {
    return Math.round(SCALE * pixels);
  }
}
