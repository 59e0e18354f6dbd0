using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Federated.Engine.Data.Boxes;

/// <summary>Objects of one image as Pascal VOC's XML files have them: corners are pixels, counted from 1 and part of the box; a 0 is taken for 1. Objects
/// marked as difficult are read like others.</summary>
internal static class VocAnnotation
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="errors">Receives what is wrong, with file and line.</param>
    /// <returns>Class names and boxes.</returns>
    public static List<(string Kind, int Line, Box Box)> Read(string path, List<string> errors)
    {
        var (objects, name) = (new List<(string, int, Box)>(), Path.GetFileName(path));
        try
        {
            using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 1 << 24 });
            var root = XDocument.Load(reader, LoadOptions.SetLineInfo).Root!;
            var (width, height) = (Number(root.Element("size"), "width", root), Number(root.Element("size"), "height", root));
            foreach (var element in root.Elements("object"))
            {
                try
                {
                    objects.Add(Read(element, width, height));
                }
                catch (FormatException wrong)
                {
                    errors.Add($"{name}, {wrong.Message}");
                }
            }
        }
        catch (FormatException wrong)
        {
            errors.Add($"{name}, {wrong.Message}");
        }
        catch (XmlException broken)
        {
            errors.Add($"{name}, line {Math.Max(1, broken.LineNumber)}: the XML is broken: {broken.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{name}: it cannot be read: {error.Message}");
        }
        return objects;
    }

    private static (string, int, Box) Read(XElement element, int width, int height)
    {
        var kind = element.Element("name")?.Value.Trim();
        if (string.IsNullOrEmpty(kind)) throw new FormatException($"line {Line(element)}: the object has no name.");
        var corners = element.Element("bndbox");
        int At(string corner) => Number(corners, corner, element);
        var (left, top, right, bottom) = (At("xmin"), At("ymin"), At("xmax"), At("ymax"));
        if (left < 0 || top < 0 || right > width || bottom > height || right < Math.Max(1, left) || bottom < Math.Max(1, top))
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture,
                $"line {Line(corners!)}: the box {left}, {top} to {right}, {bottom} is not within the image of {width} x {height} pixels."));
        }
        float x0 = (float)(Math.Max(1, left) - 1) / width, y0 = (float)(Math.Max(1, top) - 1) / height, x1 = (float)right / width, y1 = (float)bottom / height;
        return (kind, Line(element), new((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0));
    }

    private static int Number(XElement? parent, string name, XElement fallback)
    {
        var element = parent?.Element(name) ?? throw new FormatException($"line {Line(parent ?? fallback)}: {name} is missing.");
        return double.TryParse(element.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= -1e6 and <= 1e6
            ? (int)Math.Round(value) : throw new FormatException($"line {Line(element)}: {name} is '{element.Value}' and must be a number of pixels.");
    }

    private static int Line(XElement element) => ((IXmlLineInfo)element).LineNumber;
}
