package dev.rondo.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Curves as SVG: sizes on a logarithmic axis, what they cost on one that begins at zero.
 *
 * @param title above
 * @param across what the horizontal axis counts
 * @param up what the vertical axis counts
 * @param curves by name, each by size
 */
record Plot(String title, String across, String up, SequencedMap<String, SequencedMap<Integer, Double>> curves) {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 64;
    private static final int RIGHT = 140;
    private static final int TOP = 48;
    private static final int BOTTOM = 56;
    private static final List<String> COLOURS = List.of("#2a7f62", "#c8553d", "#3d5a98", "#8a6d3b");

    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        text(svg, LEFT, TOP - 22, "start", "<tspan font-weight=\"bold\">" + escaped(title) + "</tspan>");
        axes(svg);
        int number = 0;
        for (Map.Entry<String, SequencedMap<Integer, Double>> curve : curves.entrySet()) {
            curve(svg, curve.getKey(), curve.getValue(), COLOURS.get(number % COLOURS.size()), number);
            number++;
        }
        return svg.append("</svg>\n").toString();
    }

    private SortedSet<Integer> sizes() {
        SortedSet<Integer> sizes = new TreeSet<>();
        curves.values().forEach(curve -> sizes.addAll(curve.keySet()));
        return sizes;
    }

    /** The first of 1, 2 and 5 times a power of ten that divides the axis into six parts at most. */
    private double step() {
        double highest = curves.values().stream()
                .flatMap(curve -> curve.values().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        double step = Math.pow(10, Math.floor(Math.log10(highest / 6)));
        for (double factor : new double[] {1, 2, 5, 10}) {
            if (step * factor * 6 >= highest) return step * factor;
        }
        return step * 10;
    }

    private double x(int size) {
        SortedSet<Integer> sizes = sizes();
        double low = Math.log(sizes.first());
        double span = Math.log(sizes.last()) - low;
        double part = span == 0 ? 0.5 : (Math.log(size) - low) / span;
        return LEFT + 16 + part * (WIDTH - LEFT - RIGHT - 32);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - value / (6 * step()) * (HEIGHT - TOP - BOTTOM);
    }

    private void axes(StringBuilder svg) {
        double step = step();
        for (int i = 0; i <= 6; i++) {
            double at = y(i * step);
            line(svg, LEFT, at, WIDTH - RIGHT, at, i == 0 ? "#222" : "#ddd");
            text(svg, LEFT - 8, at + 4, "end", number(i * step));
        }
        for (int size : sizes()) {
            line(svg, x(size), HEIGHT - BOTTOM, x(size), HEIGHT - BOTTOM + 5, "#222");
            text(svg, x(size), HEIGHT - BOTTOM + 20, "middle", String.format(Locale.ROOT, "%,d", size));
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", escaped(across));
        svg.append(String.format(
                Locale.ROOT,
                "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
                (TOP + HEIGHT - BOTTOM) / 2,
                escaped(up)));
    }

    private void curve(
            StringBuilder svg, String name, SequencedMap<Integer, Double> points, String colour, int number) {
        StringBuilder path = new StringBuilder();
        for (Map.Entry<Integer, Double> point : points.entrySet()) {
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.getKey()), y(point.getValue())));
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>%n",
                    x(point.getKey()),
                    y(point.getValue()),
                    colour));
        }
        svg.append("<polyline points=\"" + path.toString().strip() + "\" fill=\"none\" stroke=\"" + colour
                + "\" stroke-width=\"2\"/>\n");
        double at = TOP + 14 + 22.0 * number;
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"4\" fill=\"%s\"/>%n",
                WIDTH - RIGHT + 16,
                at - 6,
                colour));
        text(svg, WIDTH - RIGHT + 36, at, "start", escaped(name));
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2, String colour) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                colour));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String content) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, content));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString(Math.round(value)) : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
