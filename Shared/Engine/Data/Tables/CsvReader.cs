using System.Text;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Tables;

/// <summary>One record of a CSV file.</summary>
/// <param name="Line">1-based line on which it starts.</param>
/// <param name="Fields">Its fields, unquoted.</param>
internal sealed record CsvRecord(int Line, List<string> Fields);

/// <summary>Splits text into records and fields after RFC 4180: commas, or another separator; CRLF or LF; fields in double quotes may hold separators, line ends and, doubled,
/// quotes. Blank lines are skipped. Fields are not trimmed.</summary>
internal static class CsvReader
{
    /// <summary>Longest field in characters, so that a quote that nobody closes does not swallow a whole file.</summary>
    public const int MaxField = 1 << 16;

    /// <summary>Most fields of a record, so that a file that is no table does not fill the memory.</summary>
    public const int MaxFields = 1 << 20;

    private const int End = -1;

    /// <summary>The character of a separator.</summary>
    public static char Character(Separator separator) => separator switch
    {
        Separator.Comma => ',',
        Separator.Tab => '\t',
        Separator.Semicolon => ';',
        _ => throw new ArgumentOutOfRangeException(nameof(separator), separator, "Unknown separator."),
    };

    /// <summary>The records in order, read as they are asked for.</summary>
    /// <exception cref="InvalidDataException">Broken quoting or too long a field; the message names the line.</exception>
    public static IEnumerable<CsvRecord> Read(TextReader reader, char separator = ',')
    {
        var (line, field) = (1, new StringBuilder());
        while (reader.Peek() != End)
        {
            var record = new CsvRecord(line, []);
            while (ReadField(reader, separator, field, ref line, record))
            {
            }
            if (record.Fields is not [""]) yield return record;
        }
    }

    // Reads a field and what ends it. True when another field of the record follows.
    private static bool ReadField(TextReader reader, char separator, StringBuilder field, ref int line, CsvRecord record)
    {
        field.Clear();
        var next = reader.Peek() == '"' ? ReadQuoted(reader, field, ref line) : ReadPlain(reader, separator, field, line);
        if (record.Fields.Count == MaxFields)
            throw new InvalidDataException($"line {line}: there are more than {MaxFields} fields; is it a table with this separator, and with a line a row?");
        record.Fields.Add(field.ToString());
        if (next == separator) return true;
        if (next == '\r') next = reader.Peek() == '\n' ? reader.Read() : next;
        if (next is not ('\n' or '\r' or End)) throw new InvalidDataException($"line {line}: there is text after the closing quote of a field; double the quotes within it.");
        line++;
        return false;
    }

    private static int ReadPlain(TextReader reader, char separator, StringBuilder field, int line)
    {
        while (true)
        {
            var next = reader.Read();
            if (next == separator || next is '\n' or '\r' or End) return next;
            if (next == '"')
                throw new InvalidDataException($"line {line}: there is a quote within an unquoted field; quote the field and double its quotes.");
            Append(field, next, line);
        }
    }

    private static int ReadQuoted(TextReader reader, StringBuilder field, ref int line)
    {
        var opened = line;
        reader.Read();
        while (true)
        {
            var next = reader.Read();
            if (next == End) throw new InvalidDataException($"line {opened}: a quoted field is not closed. Close it, or remove its quote; is the file cut off?");
            if (next == '"' && reader.Peek() != '"') return reader.Read();
            if (next == '"') reader.Read();
            if (next == '\n') line++;
            Append(field, next, opened);
        }
    }

    private static void Append(StringBuilder field, int character, int line)
    {
        if (field.Length == MaxField)
            throw new InvalidDataException($"line {line}: a field has more than {MaxField} characters; is a quote not closed?");
        field.Append((char)character);
    }
}
