-- customer_features, snowflake: compiled, not executed.
SELECT
  "t36"."customer_id",
  "t36"."recency_days",
  "t36"."frequency",
  "t36"."monetary_minor",
  "t36"."tenure_days",
  CAST("t36"."tenure_days" - "t36"."recency_days" AS DOUBLE) / NULLIF("t36"."frequency" - 1, 0) AS "days_between_orders",
  CAST("t36"."recency_days" * (
    "t36"."frequency" - 1
  ) AS DOUBLE) / NULLIF("t36"."tenure_days" - "t36"."recency_days", 0) AS "overdue",
  CAST("t36"."monetary_minor" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "basket_value_minor",
  CAST("t36"."lines" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "basket_lines",
  CAST("t36"."items" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "basket_items",
  COALESCE(
    CAST("t36"."discount_minor" AS DOUBLE) / NULLIF("t36"."sales_minor" + "t36"."discount_minor", 0),
    0.0
  ) AS "discount_share",
  CAST("t36"."coupon_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "coupon_share",
  COALESCE(CAST("t36"."private_minor" AS DOUBLE) / NULLIF("t36"."sales_minor", 0), 0.0) AS "private_brand_share",
  CAST("t36"."redeemed" AS DOUBLE) / NULLIF("t36"."received", 0) AS "redemption_share",
  CAST("t36"."returned_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "return_share",
  COALESCE(
    CAST("t36"."sales_minor" - "t36"."monetary_minor" AS DOUBLE) / NULLIF("t36"."sales_minor", 0),
    0.0
  ) AS "returned_spend_share",
  CAST("t36"."saturday_orders" + "t36"."sunday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "weekend_share",
  CAST("t36"."monday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "monday_share",
  CAST("t36"."tuesday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "tuesday_share",
  CAST("t36"."wednesday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "wednesday_share",
  CAST("t36"."thursday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "thursday_share",
  CAST("t36"."friday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "friday_share",
  CAST("t36"."saturday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "saturday_share",
  CAST("t36"."sunday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "sunday_share",
  CAST("t36"."morning_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "morning_share",
  CAST("t36"."midday_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "midday_share",
  CAST("t36"."evening_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "evening_share",
  CAST("t36"."night_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "night_share",
  CAST("t36"."channel_0_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "channel: web",
  CAST("t36"."channel_1_orders" AS DOUBLE) / NULLIF("t36"."frequency", 0) AS "channel: store",
  COALESCE("t36"."browse_events", 0) AS "browse_events",
  COALESCE("t36"."search_events", 0) AS "search_events",
  COALESCE("t36"."cart_events", 0) AS "cart_events",
  COALESCE("t36"."purchase_events", 0) AS "purchase_events",
  DATEDIFF(DAY, TO_DATE("t36"."last_visit"), DATE_FROM_PARTS(2024, 7, 1)) AS "days_since_visit",
  CAST("t36"."cart_events" AS DOUBLE) / NULLIF("t36"."browse_events", 0) AS "cart_rate",
  CAST("t36"."purchase_events" AS DOUBLE) / NULLIF("t36"."cart_events", 0) AS "purchase_rate",
  "t36"."categories" AS "categories_bought",
  COALESCE(
    CAST("t36"."last_quarter_minor" - "t36"."quarter_before_minor" AS DOUBLE) / NULLIF("t36"."last_quarter_minor" + "t36"."quarter_before_minor", 0),
    0.0
  ) AS "trend",
  COALESCE(CAST("t36"."department_0_minor" AS DOUBLE) / NULLIF("t36"."sales_minor", 0), 0.0) AS "department: Dairy",
  COALESCE(CAST("t36"."department_1_minor" AS DOUBLE) / NULLIF("t36"."sales_minor", 0), 0.0) AS "department: Bakery",
  COALESCE(CAST("t36"."category_0_minor" AS DOUBLE) / NULLIF("t36"."sales_minor", 0), 0.0) AS "category: Milk",
  COALESCE(CAST("t36"."category_1_minor" AS DOUBLE) / NULLIF("t36"."sales_minor", 0), 0.0) AS "category: Bread",
  COALESCE(CAST("t36"."category_2_minor" AS DOUBLE) / NULLIF("t36"."sales_minor", 0), 0.0) AS "category: O'Keeffe"
FROM (
  SELECT
    "t35".*
    EXCLUDE ("customer_id_right")
  FROM (
    SELECT
      "t34"."customer_id",
      "t34"."frequency",
      "t34"."recency_days",
      "t34"."tenure_days",
      "t34"."monetary_minor",
      "t34"."sales_minor",
      "t34"."discount_minor",
      "t34"."items",
      "t34"."lines",
      "t34"."last_quarter_minor",
      "t34"."quarter_before_minor",
      "t34"."morning_orders",
      "t34"."midday_orders",
      "t34"."evening_orders",
      "t34"."night_orders",
      "t34"."monday_orders",
      "t34"."tuesday_orders",
      "t34"."wednesday_orders",
      "t34"."thursday_orders",
      "t34"."friday_orders",
      "t34"."saturday_orders",
      "t34"."sunday_orders",
      "t34"."channel_0_orders",
      "t34"."channel_1_orders",
      "t34"."coupon_orders",
      "t34"."returned_orders",
      "t34"."department_0_minor",
      "t34"."department_1_minor",
      "t34"."category_0_minor",
      "t34"."category_1_minor",
      "t34"."category_2_minor",
      "t34"."private_minor",
      "t34"."categories",
      "t34"."last_visit",
      "t34"."browse_events",
      "t34"."search_events",
      "t34"."cart_events",
      "t34"."purchase_events",
      "t21"."customer_id" AS "customer_id_right",
      "t21"."received",
      "t21"."redeemed"
    FROM (
      SELECT
        "t32".*
        EXCLUDE ("customer_id_right")
      FROM (
        SELECT
          "t31"."customer_id",
          "t31"."frequency",
          "t31"."recency_days",
          "t31"."tenure_days",
          "t31"."monetary_minor",
          "t31"."sales_minor",
          "t31"."discount_minor",
          "t31"."items",
          "t31"."lines",
          "t31"."last_quarter_minor",
          "t31"."quarter_before_minor",
          "t31"."morning_orders",
          "t31"."midday_orders",
          "t31"."evening_orders",
          "t31"."night_orders",
          "t31"."monday_orders",
          "t31"."tuesday_orders",
          "t31"."wednesday_orders",
          "t31"."thursday_orders",
          "t31"."friday_orders",
          "t31"."saturday_orders",
          "t31"."sunday_orders",
          "t31"."channel_0_orders",
          "t31"."channel_1_orders",
          "t31"."coupon_orders",
          "t31"."returned_orders",
          "t31"."department_0_minor",
          "t31"."department_1_minor",
          "t31"."category_0_minor",
          "t31"."category_1_minor",
          "t31"."category_2_minor",
          "t31"."private_minor",
          "t31"."categories",
          "t14"."customer_id" AS "customer_id_right",
          "t14"."last_visit",
          "t14"."browse_events",
          "t14"."search_events",
          "t14"."cart_events",
          "t14"."purchase_events"
        FROM (
          SELECT
            "t29".*
            EXCLUDE ("customer_id_right")
          FROM (
            SELECT
              "t25"."customer_id",
              "t25"."frequency",
              "t25"."recency_days",
              "t25"."tenure_days",
              "t25"."monetary_minor",
              "t25"."sales_minor",
              "t25"."discount_minor",
              "t25"."items",
              "t25"."lines",
              "t25"."last_quarter_minor",
              "t25"."quarter_before_minor",
              "t25"."morning_orders",
              "t25"."midday_orders",
              "t25"."evening_orders",
              "t25"."night_orders",
              "t25"."monday_orders",
              "t25"."tuesday_orders",
              "t25"."wednesday_orders",
              "t25"."thursday_orders",
              "t25"."friday_orders",
              "t25"."saturday_orders",
              "t25"."sunday_orders",
              "t25"."channel_0_orders",
              "t25"."channel_1_orders",
              "t25"."coupon_orders",
              "t25"."returned_orders",
              "t28"."customer_id" AS "customer_id_right",
              "t28"."department_0_minor",
              "t28"."department_1_minor",
              "t28"."category_0_minor",
              "t28"."category_1_minor",
              "t28"."category_2_minor",
              "t28"."private_minor",
              "t28"."categories"
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  "t16"."customer_id",
                  COUNT("t16"."ordered_at") AS "frequency",
                  DATEDIFF(DAY, MAX(TO_DATE("t16"."ordered_at")), DATE_FROM_PARTS(2024, 7, 1)) AS "recency_days",
                  DATEDIFF(DAY, MIN(TO_DATE("t16"."ordered_at")), DATE_FROM_PARTS(2024, 7, 1)) AS "tenure_days",
                  CAST(COALESCE(SUM("t16"."net_minor"), 0) AS BIGINT) AS "monetary_minor",
                  CAST(COALESCE(SUM("t16"."sales_minor"), 0) AS BIGINT) AS "sales_minor",
                  CAST(COALESCE(SUM("t16"."discount_minor"), 0) AS BIGINT) AS "discount_minor",
                  CAST(COALESCE(SUM("t16"."items"), 0) AS BIGINT) AS "items",
                  CAST(COALESCE(SUM("t16"."lines"), 0) AS BIGINT) AS "lines",
                  CAST(COALESCE(
                    SUM(
                      IFF(
                        TO_DATE("t16"."ordered_at") >= DATE_FROM_PARTS(2024, 4, 1),
                        "t16"."sales_minor",
                        NULL
                      )
                    ),
                    0
                  ) AS BIGINT) AS "last_quarter_minor",
                  CAST(COALESCE(
                    SUM(
                      IFF(
                        (
                          TO_DATE("t16"."ordered_at") >= DATE_FROM_PARTS(2024, 1, 1)
                        )
                        AND (
                          TO_DATE("t16"."ordered_at") < DATE_FROM_PARTS(2024, 4, 1)
                        ),
                        "t16"."sales_minor",
                        NULL
                      )
                    ),
                    0
                  ) AS BIGINT) AS "quarter_before_minor",
                  COUNT(
                    IFF(DATE_PART(hour, "t16"."ordered_at") BETWEEN 5 AND 10, "t16"."ordered_at", NULL)
                  ) AS "morning_orders",
                  COUNT(
                    IFF(DATE_PART(hour, "t16"."ordered_at") BETWEEN 11 AND 15, "t16"."ordered_at", NULL)
                  ) AS "midday_orders",
                  COUNT(
                    IFF(DATE_PART(hour, "t16"."ordered_at") BETWEEN 16 AND 20, "t16"."ordered_at", NULL)
                  ) AS "evening_orders",
                  COUNT(
                    IFF(
                      (
                        DATE_PART(hour, "t16"."ordered_at") >= 21
                      )
                      OR (
                        DATE_PART(hour, "t16"."ordered_at") < 5
                      ),
                      "t16"."ordered_at",
                      NULL
                    )
                  ) AS "night_orders",
                  COUNT(
                    IFF((
                      (
                        DAYOFWEEK("t16"."ordered_at") + 6
                      ) % 7
                    ) = 0, "t16"."ordered_at", NULL)
                  ) AS "monday_orders",
                  COUNT(
                    IFF((
                      (
                        DAYOFWEEK("t16"."ordered_at") + 6
                      ) % 7
                    ) = 1, "t16"."ordered_at", NULL)
                  ) AS "tuesday_orders",
                  COUNT(
                    IFF((
                      (
                        DAYOFWEEK("t16"."ordered_at") + 6
                      ) % 7
                    ) = 2, "t16"."ordered_at", NULL)
                  ) AS "wednesday_orders",
                  COUNT(
                    IFF((
                      (
                        DAYOFWEEK("t16"."ordered_at") + 6
                      ) % 7
                    ) = 3, "t16"."ordered_at", NULL)
                  ) AS "thursday_orders",
                  COUNT(
                    IFF((
                      (
                        DAYOFWEEK("t16"."ordered_at") + 6
                      ) % 7
                    ) = 4, "t16"."ordered_at", NULL)
                  ) AS "friday_orders",
                  COUNT(
                    IFF((
                      (
                        DAYOFWEEK("t16"."ordered_at") + 6
                      ) % 7
                    ) = 5, "t16"."ordered_at", NULL)
                  ) AS "saturday_orders",
                  COUNT(
                    IFF((
                      (
                        DAYOFWEEK("t16"."ordered_at") + 6
                      ) % 7
                    ) = 6, "t16"."ordered_at", NULL)
                  ) AS "sunday_orders",
                  COUNT(IFF("t16"."channel" = 'web', "t16"."ordered_at", NULL)) AS "channel_0_orders",
                  COUNT(IFF("t16"."channel" = 'store', "t16"."ordered_at", NULL)) AS "channel_1_orders",
                  COUNT(IFF("t16"."coupon_minor" > 0, "t16"."ordered_at", NULL)) AS "coupon_orders",
                  COUNT(IFF("t16"."returned" > 0, "t16"."ordered_at", NULL)) AS "returned_orders"
                FROM (
                  SELECT
                    "t7"."customer_id",
                    "t7"."order_id",
                    MIN(IFF("t7"."quantity" >= 0, "t7"."ordered_at", NULL)) AS "ordered_at",
                    CAST(COALESCE(SUM("t7"."amount_minor"), 0) AS BIGINT) AS "net_minor",
                    CAST(COALESCE(SUM(IFF("t7"."quantity" >= 0, "t7"."amount_minor", NULL)), 0) AS BIGINT) AS "sales_minor",
                    CAST(COALESCE(SUM(IFF("t7"."quantity" >= 0, "t7"."discount_minor", NULL)), 0) AS BIGINT) AS "discount_minor",
                    CAST(COALESCE(SUM(IFF("t7"."quantity" >= 0, "t7"."coupon_minor", NULL)), 0) AS BIGINT) AS "coupon_minor",
                    CAST(COALESCE(SUM(IFF("t7"."quantity" >= 0, "t7"."quantity", NULL)), 0) AS BIGINT) AS "items",
                    COUNT_IF("t7"."quantity" >= 0) AS "lines",
                    COUNT_IF(NOT (
                      "t7"."quantity" >= 0
                    )) AS "returned",
                    MIN(IFF("t7"."quantity" >= 0, "t7"."sales_channel", NULL)) AS "channel"
                  FROM (
                    SELECT
                      *
                    FROM "orders" AS "t1"
                    WHERE
                      (
                        (
                          "t1"."known_at" IS NULL
                        )
                        OR (
                          "t1"."known_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 6, 0, 0, 0)
                        )
                      )
                      AND "t1"."ordered_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 0, 0, 0, 0)
                  ) AS "t7"
                  GROUP BY
                    1,
                    2
                ) AS "t16"
                GROUP BY
                  1
              ) AS "t22"
              WHERE
                "t22"."frequency" > 0
            ) AS "t25"
            LEFT OUTER JOIN (
              SELECT
                "t26".*
                EXCLUDE ("bits_0")
              FROM (
                SELECT
                  "t23"."customer_id",
                  "t23"."department_0_minor",
                  "t23"."department_1_minor",
                  "t23"."category_0_minor",
                  "t23"."category_1_minor",
                  "t23"."category_2_minor",
                  "t23"."private_minor",
                  "t23"."bits_0",
                  COALESCE(
                    CAST((
                      BITAND("t23"."bits_0", 1)
                    ) <> 0 AS BIGINT) + (
                      CAST((
                        BITAND("t23"."bits_0", 2)
                      ) <> 0 AS BIGINT) + CAST((
                        BITAND("t23"."bits_0", 4)
                      ) <> 0 AS BIGINT)
                    ),
                    0
                  ) AS "categories"
                FROM (
                  SELECT
                    "t19"."customer_id",
                    CAST(COALESCE(SUM(IFF("t19"."department_at" = 0, "t19"."amount_minor", NULL)), 0) AS BIGINT) AS "department_0_minor",
                    CAST(COALESCE(SUM(IFF("t19"."department_at" = 1, "t19"."amount_minor", NULL)), 0) AS BIGINT) AS "department_1_minor",
                    CAST(COALESCE(SUM(IFF("t19"."category_at" = 0, "t19"."amount_minor", NULL)), 0) AS BIGINT) AS "category_0_minor",
                    CAST(COALESCE(SUM(IFF("t19"."category_at" = 1, "t19"."amount_minor", NULL)), 0) AS BIGINT) AS "category_1_minor",
                    CAST(COALESCE(SUM(IFF("t19"."category_at" = 2, "t19"."amount_minor", NULL)), 0) AS BIGINT) AS "category_2_minor",
                    CAST(COALESCE(SUM(IFF("t19"."private_brand", "t19"."amount_minor", NULL)), 0) AS BIGINT) AS "private_minor",
                    BITORAGG("t19"."bits_0") AS "bits_0"
                  FROM (
                    SELECT
                      "t10"."order_id",
                      "t10"."line",
                      "t10"."customer_id",
                      "t10"."product_id",
                      "t10"."ordered_at",
                      "t10"."quantity",
                      "t10"."amount_minor",
                      "t10"."discount_minor",
                      "t10"."coupon_minor",
                      "t10"."store_id",
                      "t10"."sales_channel",
                      "t10"."known_at",
                      "t17"."product_id" AS "product_id_right",
                      "t17"."department_at",
                      "t17"."category_at",
                      "t17"."category_code",
                      "t17"."private_brand",
                      "t17"."bits_0"
                    FROM (
                      SELECT
                        *
                      FROM "orders" AS "t1"
                      WHERE
                        (
                          (
                            "t1"."known_at" IS NULL
                          )
                          OR (
                            "t1"."known_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 6, 0, 0, 0)
                          )
                        )
                        AND "t1"."ordered_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 0, 0, 0, 0)
                        AND "t1"."quantity" >= 0
                    ) AS "t10"
                    LEFT OUTER JOIN (
                      SELECT
                        "t11"."product_id",
                        COALESCE("t4"."department_at", -1) AS "department_at",
                        COALESCE("t4"."category_at", -1) AS "category_at",
                        "t4"."category_code",
                        "t11"."private_brand",
                        "t4"."bits_0"
                      FROM (
                        SELECT
                          "t2"."product_id",
                          "t2"."private_brand",
                          COALESCE("t2"."brand", '') AS "brand",
                          COALESCE(NULLIF("t2"."category", 'No category'), '') AS "category",
                          COALESCE(NULLIF("t2"."department", 'No department'), '') AS "department"
                        FROM "products" AS "t2"
                      ) AS "t11"
                      LEFT OUTER JOIN "kinds" AS "t4"
                        ON "t11"."category" = "t4"."of_category"
                        AND "t11"."department" = "t4"."of_department"
                    ) AS "t17"
                      ON "t10"."product_id" = "t17"."product_id"
                  ) AS "t19"
                  GROUP BY
                    1
                ) AS "t23"
              ) AS "t26"
            ) AS "t28"
              ON "t25"."customer_id" = "t28"."customer_id"
          ) AS "t29"
        ) AS "t31"
        LEFT OUTER JOIN (
          SELECT
            "t6"."customer_id",
            MAX("t6"."occurred_at") AS "last_visit",
            COUNT_IF("t6"."event" = 'browse') AS "browse_events",
            COUNT_IF("t6"."event" = 'search') AS "search_events",
            COUNT_IF("t6"."event" = 'cart') AS "cart_events",
            COUNT_IF("t6"."event" = 'purchase') AS "purchase_events"
          FROM (
            SELECT
              *
            FROM "events" AS "t0"
            WHERE
              (
                (
                  "t0"."known_at" IS NULL
                )
                OR (
                  "t0"."known_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 6, 0, 0, 0)
                )
              )
              AND "t0"."occurred_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 0, 0, 0, 0)
              AND "t0"."event" IN ('browse', 'search', 'cart', 'purchase')
          ) AS "t6"
          GROUP BY
            1
        ) AS "t14"
          ON "t31"."customer_id" = "t14"."customer_id"
      ) AS "t32"
    ) AS "t34"
    LEFT OUTER JOIN (
      SELECT
        "t18"."customer_id",
        COUNT(*) AS "received",
        COUNT_IF("t18"."redeemed" > 0) AS "redeemed"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t5"."customer_id",
            "t5"."campaign_id",
            COUNT_IF("t5"."event" = 'campaign_received') AS "received",
            COUNT_IF("t5"."event" = 'coupon_redeemed') AS "redeemed"
          FROM (
            SELECT
              *
            FROM "events" AS "t0"
            WHERE
              (
                (
                  "t0"."known_at" IS NULL
                )
                OR (
                  "t0"."known_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 6, 0, 0, 0)
                )
              )
              AND "t0"."occurred_at" < TIMESTAMP_FROM_PARTS(2024, 7, 1, 0, 0, 0, 0)
              AND "t0"."event" IN ('campaign_received', 'coupon_redeemed')
              AND "t0"."campaign_id" IS NOT NULL
          ) AS "t5"
          GROUP BY
            1,
            2
        ) AS "t12"
        WHERE
          "t12"."received" > 0
      ) AS "t18"
      GROUP BY
        1
    ) AS "t21"
      ON "t34"."customer_id" = "t21"."customer_id"
  ) AS "t35"
) AS "t36"
