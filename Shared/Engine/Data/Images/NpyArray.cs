using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Federated.Engine.Data.Images;

/// <summary>An array of NumPy's .npy format, versions 1 to 3 (numpy.lib.format): a header that is a Python dictionary with the element type, the order and the
/// shape, then the elements. Bytes are taken as hostile: nothing is allocated before the shape is known to be what the file's length says.</summary>
/// <param name="Type">Element type as NumPy writes it, for example <c>|u1</c> or <c>&lt;f4</c>.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Bytes">The elements, little endian, row-major.</param>
internal sealed partial record NpyArray(string Type, ImmutableArray<int> Shape, byte[] Bytes)
{
    private const int MostHeader = 1 << 16;

    private static readonly ImmutableArray<string> Types = ["|u1", "|i1", "|b1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f4", "<f8"];

    /// <summary>Whether elements are floating-point numbers.</summary>
    public bool IsReal => Type[1] == 'f';

    /// <summary>Elements.</summary>
    public int Count => Shape.Aggregate(1, (product, size) => product * size);

    /// <summary>Reads an array.</summary>
    /// <param name="stream">The file's bytes.</param>
    /// <param name="length">How many these are.</param>
    /// <exception cref="InvalidDataException">They are no such array; the message completes a sentence that starts with its name.</exception>
    public static NpyArray Read(Stream stream, long length)
    {
        var prefix = new byte[12];
        if (length < prefix.Length || stream.ReadAtLeast(prefix.AsSpan(0, 8), 8, throwOnEndOfStream: false) < 8 || prefix[0] != 0x93 || !prefix.AsSpan(1, 5).SequenceEqual("NUMPY"u8))
            throw new InvalidDataException("is no NumPy array");
        var (version, sized) = (prefix[6], prefix[6] == 1 ? 2 : 4);
        if (version is < 1 or > 3) throw new InvalidDataException($"has version {version} of NumPy's format, and 1 to 3 are known");
        stream.ReadExactly(prefix.AsSpan(8, sized));
        var header = sized == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(prefix.AsSpan(8)) : BinaryPrimitives.ReadUInt32LittleEndian(prefix.AsSpan(8));
        if (header > MostHeader || 8 + sized + header > length) throw new InvalidDataException($"announces a header of {header} bytes");
        var text = new byte[header];
        stream.ReadExactly(text);
        return Read(stream, Encoding.UTF8.GetString(text), length - 8 - sized - header);
    }

    /// <summary>The elements as floats.</summary>
    public float[] ToFloats()
    {
        var values = new float[Count];
        for (var i = 0; i < values.Length; i++) values[i] = (float)At(i);
        return values;
    }

    /// <summary>The elements as whole numbers.</summary>
    /// <exception cref="InvalidDataException">The elements are real numbers, or beyond 2^53.</exception>
    public long[] ToWholes()
    {
        if (IsReal) throw new InvalidDataException($"has numbers of type {Type}, and whole ones are needed");
        var values = new long[Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = At(i) is var value && Math.Abs(value) <= 1L << 53 ? (long)value : throw new InvalidDataException($"has the value {value:R}");
        return values;
    }

    private double At(int index)
    {
        var size = Type[2] - '0';
        var bytes = Bytes.AsSpan(index * size, size);
        return Type switch
        {
            "|u1" or "|b1" => bytes[0],
            "|i1" => (sbyte)bytes[0],
            "<u2" => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            "<i2" => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            "<u4" => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            "<i4" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            "<u8" => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            "<i8" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            "<f4" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        };
    }

    private static NpyArray Read(Stream stream, string header, long left)
    {
        if (HeaderPattern().Match(header) is not { Success: true } match) throw new InvalidDataException("has a header that cannot be read");
        var type = match.Groups["type"].Value;
        if (!Types.Contains(type)) throw new InvalidDataException($"has elements of type '{type}', and {string.Join(", ", Types)} are known");
        if (match.Groups["fortran"].Value == "True") throw new InvalidDataException("is in Fortran order: save numpy.ascontiguousarray of it");
        var shape = ImmutableArray.CreateBuilder<int>();
        var count = 1L;
        foreach (var part in match.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size == 0 || (count *= size) > int.MaxValue)
                throw new InvalidDataException($"has the shape ({match.Groups["shape"].Value}), which is empty or too large");
            shape.Add(size);
        }
        var needed = count * (type[2] - '0');
        if (needed != left || needed > Array.MaxLength)
            throw new InvalidDataException($"has {left} bytes of elements, and its shape ({match.Groups["shape"].Value}) of {type} needs {needed}");
        var bytes = new byte[needed];
        stream.ReadExactly(bytes);
        return new(type, shape.ToImmutable(), bytes);
    }

    [GeneratedRegex("""^\{\s*'descr':\s*'(?<type>[^']{1,16})',\s*'fortran_order':\s*(?<fortran>True|False),\s*'shape':\s*\((?<shape>[0-9, ]*)\),?\s*\}\s*$""")]
    private static partial Regex HeaderPattern();
}
