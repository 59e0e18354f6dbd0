using System.Globalization;

namespace Federated.Engine.Data.Tables;

/// <summary>Numbers in tables: decimal point, optional sign and exponent, blanks around them, no thousands separators, finite.</summary>
internal static class CsvNumber
{
    public static bool TryParse(string field, out double value) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
